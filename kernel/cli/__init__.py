"""`manage.py`: the commands, and the bootstrap that makes them runnable."""

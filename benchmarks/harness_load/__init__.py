"""Users, their requests and their sockets, and what serves them, for `benchmarks/load.py`."""

"""Scripts in the order of their numbers; each runs once in every database."""

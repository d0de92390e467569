"""A plugin of the benchmark: it lets the client empty the cache."""

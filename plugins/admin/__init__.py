"""Admin: the web console, a client of the public API, and what operators ask of Stoa itself."""

"""Welcome: the page at `/`, a client of the public API and nothing more."""

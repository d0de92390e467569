"""Webclient: the product in a browser, a client of the public API and nothing more."""

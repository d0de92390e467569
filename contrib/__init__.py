"""Adapters to outside systems, and bridges between plugins; each is a plugin too."""

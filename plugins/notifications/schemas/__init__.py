"""Schemas of the API of notifications."""

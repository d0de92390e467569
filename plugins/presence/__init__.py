"""Presence: who is there, who is away, and since when."""

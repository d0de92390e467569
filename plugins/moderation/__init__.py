"""Moderation: reports, one queue, decisions with their reasons, appeals."""

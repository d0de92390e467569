"""Verification: requests with documents, a review queue, decisions that other plugins act on."""

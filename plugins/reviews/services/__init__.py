"""The rules of reviews and reputations."""

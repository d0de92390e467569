"""The rules of media."""

"""The rules of verification."""

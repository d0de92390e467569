"""The rules of buildings."""

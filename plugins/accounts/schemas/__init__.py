"""Requests and responses of accounts."""

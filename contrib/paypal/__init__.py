"""Payments by PayPal."""

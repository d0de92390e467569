"""Payments by Stripe."""

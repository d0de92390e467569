"""Errors to Sentry, or to anything that speaks its envelope protocol."""

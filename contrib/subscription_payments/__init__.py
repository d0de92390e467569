"""Subscriptions that are paid: the bridge between subscriptions and payments."""

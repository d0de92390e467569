"""Subscriptions: plans, what they allow, and the periods that are paid for."""

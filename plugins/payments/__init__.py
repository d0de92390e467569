"""Payments by any gateway, wallets, escrow, refunds and payouts, on a double-entry ledger."""

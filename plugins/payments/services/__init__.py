"""The rules of money: ledger, payments, refunds, escrow, payouts."""

"""Invoices and credit notes of whatever other plugins sell: numbered without gaps, never changed."""

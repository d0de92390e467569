"""Buyers, a shop and its books for `benchmarks/orders.py`."""

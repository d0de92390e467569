"""Dashboards: revenue, counts and best sellers, kept as they change, for whom they concern."""

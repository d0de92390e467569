"""The bridge keeps the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestSubscriptionPayments(PluginContract):
    plugin = "subscription_payments"

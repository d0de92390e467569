"""What every plugin must hold to."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestOrderPayments(PluginContract):
    plugin = "order_payments"

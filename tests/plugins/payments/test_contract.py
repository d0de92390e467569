"""Payments keep the contract of every plugin."""

from __future__ import annotations

import pytest

from kernel.errors import PluginError
from kernel.testing import PluginContract


class TestPayments(PluginContract):
    plugin = "payments"


def test_a_gateway_nobody_offers_stops_the_start_in_one_line(make_app):
    with pytest.raises(PluginError, match="no enabled plugin offers `tset`"):
        make_app("payments", payments={"gateways": ["tset"]})

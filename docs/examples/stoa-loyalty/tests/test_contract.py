"""Loyalty keeps Stoa's contract for plugins."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestLoyalty(PluginContract):
    """What every plugin must hold to."""

    plugin = "loyalty"

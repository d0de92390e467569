"""Buildings keep the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestBuildings(PluginContract):
    plugin = "buildings"

"""Admin keeps the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestAdmin(PluginContract):
    plugin = "admin"

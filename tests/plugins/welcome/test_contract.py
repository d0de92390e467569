"""Welcome keeps the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestWelcome(PluginContract):
    plugin = "welcome"

"""What every plugin must hold to."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestNotifications(PluginContract):
    plugin = "notifications"

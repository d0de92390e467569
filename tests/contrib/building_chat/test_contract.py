"""Building chats keep the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestBuildingChat(PluginContract):
    plugin = "building_chat"

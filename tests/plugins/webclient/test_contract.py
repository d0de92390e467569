"""Webclient keeps the contract of every plugin."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestWebclient(PluginContract):
    plugin = "webclient"

"""The contract suite and the isolation matrix over media."""

from __future__ import annotations

from kernel.testing import PluginContract


class TestMedia(PluginContract):
    plugin = "media"

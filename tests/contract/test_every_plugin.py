"""The contract suite over every plugin in the tree, the isolation matrix included.

A plugin's objects come from `samples.py` among its own tests
(`tests/plugins/<name>/` or `tests/contrib/<name>/`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.discovery import discover
from kernel.testing import PluginContract
from kernel.testing.samples import Samples, samples_beside

TESTS = Path(__file__).resolve().parent.parent
IN_TREE = {name: one for name, one in discover().found.items() if not one.distribution}


class TestEveryPlugin(PluginContract):
    @pytest.fixture(autouse=True, params=sorted(IN_TREE))
    def _chosen(self, request: pytest.FixtureRequest) -> None:
        self.plugin = request.param

    def _samples(self) -> Samples:
        return samples_beside(TESTS / IN_TREE[self.plugin].package.replace(".", "/") / "samples.py")

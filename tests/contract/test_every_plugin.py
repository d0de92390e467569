"""Every plugin in the tree is held to the contract suite, the isolation matrix included.

Its tests stand in `tests/plugins/<name>/` or `tests/contrib/<name>/`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.discovery import discover

TESTS = Path(__file__).resolve().parent.parent
IN_TREE = {name: one for name, one in discover().found.items() if not one.distribution}


@pytest.mark.parametrize("name", sorted(IN_TREE))
def test_a_plugin_has_a_class_that_runs_the_contract_for_it(name):
    folder = TESTS / IN_TREE[name].package.replace(".", "/")

    texts = [file.read_text(encoding="utf-8") for file in folder.glob("test_*.py")]

    held = re.compile(rf'class Test\w*\(PluginContract\):.*?\n    plugin = "{name}"\n', re.DOTALL)
    assert any(held.search(text) for text in texts), f"write {folder}/test_contract.py with a PluginContract"

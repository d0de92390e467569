"""axe-core 4.14.1 (MPL-2.0, https://github.com/dequelabs/axe-core), vendored for the tests alone.

    assert violations(tab) == []

It cannot see everything: whether a name makes sense, or the order of the keyboard.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Final

from tests.plugins.welcome.browser import Tab

GUIDELINES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")  # WCAG 2.2, levels A and AA
RULES: Final = (*GUIDELINES, "best-practice")  # and what makes it easy to find one's way in a page
_RUN: Final = """
axe.run(document, { runOnly: %s }).then((found) => found.violations.flatMap((rule) => rule.nodes.map(
  (node) => `${rule.id}: ${node.target.flat().join(" ")}: ${node.failureSummary.split("\\n").pop().trim()}`)))
"""


def violations(tab: Tab, rules: tuple[str, ...] = RULES) -> list[str]:
    """Return what axe finds wrong in a page, a line for each element: rule, place, what to mend."""
    tab.run(f"{_script()};0")
    found: list[str] = tab.run(_RUN % json.dumps(rules))
    return found


@cache
def _script() -> str:
    return gzip.decompress((Path(__file__).parent / "axe-4.14.1.min.js.gz").read_bytes()).decode()

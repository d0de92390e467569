"""Lists inside written pages: what stands between `<!-- plugins -->` and `<!-- end -->`.

The map and the README list plugins as their manifests describe them; the index
of decisions lists their headings; the page about speed shows what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from kernel.discovery import discover
from kernel.documentation.figures import results, sections
from kernel.documentation.markdown import table
from kernel.manifest import Manifest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/map.md", "docs/decisions/index.md", "docs/performance.md")
_INSERT = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def filled(root: Path = ROOT) -> dict[Path, str]:
    """Return the pages as they should be, their lists filled in."""
    made = _inserts(root)
    return {
        root / name: _INSERT.sub(
            lambda match: _filled(match, made), (root / name).read_text(encoding="utf-8")
        )
        for name in PAGES
    }


def _filled(match: re.Match[str], made: Mapping[str, Callable[[], str]]) -> str:
    return f"<!-- {match[1]} -->\n\n{made[match[1]]()}\n<!-- end -->"


def _inserts(root: Path) -> dict[str, Callable[[], str]]:
    found = sorted(discover().found.values(), key=lambda one: one.directory)
    plugins = [one for one in found if one.directory.parent == root / "plugins"]
    adapters = [one for one in found if one.directory.parent == root / "contrib"]
    return {
        "plugins": lambda: _places(plugins, root),
        "adapters": lambda: _places(adapters, root),
        "all_plugins": lambda: _links([*plugins, *adapters], root),
        "figures": lambda: sections(results(root / "benchmarks" / "results.json")),
        "decisions": lambda: _decisions(root / "docs" / "decisions"),
    }


def _places(manifests: Iterable[Manifest], root: Path) -> str:
    return table(("", ""), ((f"`{one.directory.relative_to(root)}`", f"{one.summary}.") for one in manifests))


def _links(manifests: Iterable[Manifest], root: Path) -> str:
    rows = ((f"[{one.name}]({one.directory.relative_to(root)})", one.summary) for one in manifests)
    return table(("plugin", ""), rows)


def _decisions(folder: Path) -> str:
    pages = sorted(folder.glob("[0-9]*.md"))
    return "".join(f"- [{_heading(page)}]({page.name})\n" for page in pages)


def _heading(decision: Path) -> str:
    """Return `NNNN: Title`, however the heading sets its number off."""
    first = decision.read_text(encoding="utf-8").partition("\n")[0]
    return re.sub(r"^# *(\d+)[ .:—-]*", lambda match: f"{int(match[1]):04}: ", first)

"""What `manage.py bench` measured, as tables: on the terminal and in `docs/performance.md`.

`benchmarks/results.json` keeps the last written run of each program, by name:
what the program printed, with its seconds and the commit it ran at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel.documentation.markdown import table

HEADS = ("", "figure", "value", "ratio", "bound", "")
THREE_DIGITS = 100
Figure = Mapping[str, Any]


def results(file: Path) -> dict[str, dict[str, Any]]:
    """Return the stored runs by program; {} when none was stored."""
    if not file.is_file():
        return {}
    stored: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return stored


def sections(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the Markdown of stored runs: a heading, a table and the machine for each."""
    return "\n".join(_section(name, runs[name]) for name in sorted(runs))


def cells(figure: Figure) -> tuple[str, str, str, str, str, str]:
    """Return a figure's row under HEADS."""
    value = "" if figure["value"] is None else f"{number(figure['value'])} {figure['unit']}".strip()
    ratio = "" if figure["ratio"] is None else f"{number(figure['ratio'])} × {figure['peer']}"
    return figure["key"], figure["name"], value, ratio, _bound(figure), verdict(figure)


def verdict(figure: Figure) -> str:
    """Return whether a promise holds; "" where there is none."""
    return {True: "holds", False: "FAILS", None: ""}[figure["holds"]]


def number(value: float) -> str:
    """Return a number with three digits that mean something."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= THREE_DIGITS else f"{value:.3g}"


def place(run: Mapping[str, Any]) -> str:
    """Return where and with what a run was made, on one line."""
    told = {**run["machine"], **run["notes"]}
    return "; ".join(f"{name} {value}" for name, value in told.items())


def _bound(figure: Figure) -> str:
    if figure["bound"] is None:
        return ""
    unit = f"× {figure['peer']}" if figure["peer"] else figure["unit"]
    return f"{'≥' if figure['least'] else '≤'} {number(figure['bound'])} {unit}".strip()


def _section(name: str, run: Mapping[str, Any]) -> str:
    rows = table(HEADS, (cells(one) for one in run["figures"]))
    heading = f"### {name}\n\n`python3 manage.py bench {name}`: {run['seconds']:.0f} s at `{run['commit']}`"
    return f"{heading}. {place(run)}.\n\n{rows}{''.join(_details(run['figures']))}"


def _details(figures: list[Figure]) -> Iterator[str]:
    """Yield what stands behind the figures, a line each."""
    for one in figures:
        if one["details"]:
            told = ", ".join(f"{name.replace('_', ' ')} {number(v)}" for name, v in one["details"].items())
            yield f"\n({one['key']}) {one['name']}: {told}\n"

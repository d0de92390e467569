"""How the findings are printed: one table, or JSON, and below it what does not hold."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.harness.figures import machine
from benchmarks.harness_scale.dataset import CALLERS, Scale
from benchmarks.harness_scale.timing import BOUND, Finding


def faults(findings: Sequence[Finding], floor: float) -> list[str]:
    """Return what does not hold, one line each."""
    slow = [
        f"{_name(one)}: {one.ratio:.1f} times as slow at full size" for one in findings if one.slower(floor)
    ]
    differing = [
        f"{_name(one)}: statements {one.pair.small.statements} and {one.pair.large.statements}"
        for one in findings
        if one.differs
    ]
    return slow + differing


def report(findings: Sequence[Finding], floor: float, scales: Sequence[Scale], *, as_text: bool) -> None:
    """Print all findings, those that grow most first."""
    ordered = sorted(findings, key=lambda one: one.ratio, reverse=True)
    sizes = [str(scale) for scale in scales]
    if as_text:
        rows = [_row(one, floor) for one in ordered]
        told = {"machine": machine(), "sizes": sizes, "floor_ms": floor, "bound": BOUND}
        print(json.dumps({**told, "faults": faults(findings, floor), "endpoints": rows}, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else 170, highlight=False)
    console.print(_table(ordered, floor))
    console.print(
        f"small: {sizes[0]}; large: {sizes[1]}; milliseconds, medians; floor of noise {floor:.1f} ms"
    )
    for fault in faults(findings, floor):
        console.print(f"fails: {fault}", style="red", markup=False)
    console.print(f"{len(ordered)} questions, {len(faults(findings, floor))} do not hold")


def _name(one: Finding) -> str:
    return f"{one.pair.question} ({CALLERS[one.pair.question.caller]})"


def _table(ordered: Sequence[Finding], floor: float) -> Table:
    shown = Table("endpoint", "asked by", pad_edge=False)
    for title in ("small", "large", "ratio", "cached", "large", "ratio", "statements", "rows"):
        shown.add_column(title, justify="right")
    for one in ordered:
        style = "red" if one.slower(floor) or one.differs else None
        shown.add_row(*_cells(one), style=style)
    return shown


def _cells(one: Finding) -> list[str]:
    times = [
        text
        for small, large in (one.cold, one.warm)
        for text in (f"{small:.1f}", f"{large:.1f}", f"{large / small:.2f}")
    ]
    pair = one.pair
    counts = "/".join(str(n) for n in pair.large.statements)
    if one.differs:
        counts = f"{'/'.join(str(n) for n in pair.small.statements)} → {counts}"
    rows = "" if pair.large.rows is None else f"{pair.small.rows}, {pair.large.rows}"
    return [str(pair.question).replace("[", r"\["), CALLERS[pair.question.caller], *times, counts, rows]


def _row(one: Finding, floor: float) -> dict[str, Any]:
    pair = one.pair
    return {
        "endpoint": str(pair.question),
        "caller": CALLERS[pair.question.caller],
        "cold_ms": one.cold,
        "warm_ms": one.warm,
        "ratio": one.ratio,
        "statements": {"small": pair.small.statements, "large": pair.large.statements},
        "rows": [pair.small.rows, pair.large.rows],
        "holds": not (one.slower(floor) or one.differs),
    }

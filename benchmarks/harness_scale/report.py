"""How the findings are printed: one table of all, then what is promised of them; or JSON."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

from benchmarks.harness.figures import Claim, as_json, figure, table
from benchmarks.harness_scale.dataset import CALLERS, Scale
from benchmarks.harness_scale.timing import BOUND, Finding, Pair


def claims(findings: Sequence[Finding], floor: float, *, quick: bool) -> list[Claim]:
    """Return what is promised and whether it holds; of times nothing after a quick run."""
    slow = {_name(one): one.ratio for one in findings if one.slower(floor)}
    differing = {
        f"{_name(one)}: {one.pair.small.statements} → {one.pair.large.statements}": float(one.more)
        for one in findings
        if one.more
    }
    middle = statistics.median(one.ratio for one in findings)
    return [
        figure("questions", "asked at both sizes", len(findings)),
        figure("median", "ratio of full size to the small one, in the middle", middle),
        Claim(
            "slow", f"more than {BOUND:g} times as slow at full size", len(slow), None if quick else 0, False,
            details=slow,
        ),
        Claim("statements", "of more statements at full size", len(differing), 0, False, details=differing),
    ]  # fmt: skip


def report(
    findings: Sequence[Finding],
    uneven: Sequence[Pair],
    floor: float,
    scales: Sequence[Scale],
    *,
    quick: bool,
    as_text: bool,
) -> NoReturn:
    """Print all findings, those that grow most first; exit 1 when a promise does not hold.

    `uneven` is what was not compared, since only one size has rows of it.
    """
    ordered = sorted(findings, key=lambda one: one.ratio, reverse=True)
    found = claims(ordered, floor, quick=quick)
    notes = {"small": str(scales[0]), "large": str(scales[1]), "floor of noise": f"{floor:.1f} ms"}
    if uneven:
        notes["not compared, rows at one size only"] = ", ".join(sorted(map(_asked_by, uneven)))
    if as_text:
        rows = [_row(one, floor) for one in ordered]
        print(json.dumps({**json.loads(as_json(found, notes)), "endpoints": rows}, indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 170, highlight=False).print(_table(ordered, floor))
        table(found, notes)
    sys.exit(1 if any(one.holds is False for one in found) else 0)


def _name(one: Finding) -> str:
    return _asked_by(one.pair)


def _asked_by(pair: Pair) -> str:
    return f"{pair.question} ({CALLERS[pair.question.caller]})"


def _table(ordered: Sequence[Finding], floor: float) -> Table:
    shown = Table("endpoint", "asked by", pad_edge=False)
    for title in ("small", "large", "ratio", "cached", "large", "ratio", "statements", "rows"):
        shown.add_column(title, justify="right")
    for one in ordered:
        style = "red" if one.slower(floor) or one.more else None
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
    if one.more:
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
        "holds": not (one.slower(floor) or one.more),
    }

"""What was measured, what was promised, and how both are printed."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise of the project and what this run says of it.

    `bound` is the limit; `least` says that the value must reach it, else it
    must not exceed it. `spread` is the lowest and highest of the rounds.
    """

    key: str
    text: str
    value: float
    bound: float
    least: bool
    unit: str = ""
    spread: tuple[float, float] | None = None
    details: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether this run keeps the promise."""
        return self.value >= self.bound if self.least else self.value <= self.bound


def claim_of(
    key: str,
    text: str,
    values: Sequence[float],
    bound: float,
    *,
    least: bool,
    unit: str = "",
    **details: float,
) -> Claim:
    """Return the claim of the median of `values`."""
    spread = (min(values), max(values))
    return Claim(key, text, statistics.median(values), bound, least, unit, spread, details)


def machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }


def as_json(claims: Sequence[Claim], notes: dict[str, str]) -> str:
    rows = [{**asdict(one), "holds": one.holds} for one in claims]
    return json.dumps({"machine": machine(), **notes, "claims": rows}, indent=2)


def table(claims: Sequence[Claim], notes: dict[str, str]) -> None:
    """Print the claims, one a row, and below them what stands behind each."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    shown = Table("", "claim", "measured", "rounds", "bound", "", pad_edge=False)
    for one in claims:
        low, high = one.spread or (one.value, one.value)
        sign = "≥" if one.least else "≤"
        verdict = "[green]holds[/]" if one.holds else "[red]fails[/]"
        shown.add_row(
            f"({one.key})",
            one.text,
            f"{_number(one.value)} {one.unit}".strip(),
            f"{_number(low)} … {_number(high)}",
            f"{sign} {_number(one.bound)} {one.unit}".strip(),
            verdict,
        )
    console.print(shown)
    for one in claims:
        if one.details:
            told = ", ".join(f"{name.replace('_', ' ')} {_number(v)}" for name, v in one.details.items())
            console.print(f"  ({one.key}) {told}", style="dim", highlight=False)
    console.print("; ".join(f"{name} {value}" for name, value in {**machine(), **notes}.items()), style="dim")


def report(claims: Sequence[Claim], notes: dict[str, str], *, as_text: bool) -> NoReturn:
    """Print the claims, as JSON if `as_text`; exit 1 when one does not hold."""
    if as_text:
        print(as_json(claims, notes))
    else:
        table(claims, notes)
    sys.exit(0 if all(one.holds for one in claims) else 1)


@contextmanager
def scratch(*, keep: bool) -> Iterator[Path]:
    """Give a block a directory for data and logs, which is removed afterwards unless it is to be kept."""
    directory = Path(tempfile.mkdtemp(prefix="stoa-benchmark-"))
    try:
        yield directory
    finally:
        if keep:
            print(f"kept: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

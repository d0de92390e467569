"""What was measured, what was promised, and how both are printed.

With `--json` every program prints one object:

    {"name": "http", "machine": {...}, "notes": {...}, "figures": [...]}

and each figure is `key`, `name`, `value` and `unit` (the value may be null where
only a ratio says something), `ratio` and `peer` (null and "" where there is
none), `bound` with `least` (true: at least so much; null: nothing is promised;
of the ratio where there is a peer, else of the value), `holds` (null without a
bound), `spread` (lowest and highest of the rounds) and `details`. `manage.py
bench` reads this, and nothing else, of a program.
"""

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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import psutil
from rich.console import Console
from rich.table import Table

json_option = click.option("--json", "as_text", is_flag=True, help="Print JSON.")
quick_option = click.option(
    "--quick", is_flag=True, help="A little of everything: counts are true, times mean nothing."
)
LOAD = psutil.getloadavg()[0]  # before this program adds to it


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of a run, and the promise it is held to.

    `bound` is the limit, None where nothing is promised; `least` says that the
    value must reach it, else it must not exceed it. `spread` is the lowest and
    highest of the rounds. A value that is a ratio names the `peer` it is to, and
    may tell Stoa's `own` figure with its unit.
    """

    key: str
    text: str
    value: float
    bound: float | None
    least: bool
    unit: str = ""
    spread: tuple[float, float] | None = None
    details: dict[str, float] = field(default_factory=dict)
    peer: str = ""
    own: tuple[float, str] | None = None

    @property
    def holds(self) -> bool | None:
        """Whether this run keeps the promise; None when there is none."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.least else self.value <= self.bound

    def row(self) -> dict[str, Any]:
        """Return the figure as JSON has it; see the top."""
        own = self.own or (None, "")
        value, unit = own if self.peer else (self.value, self.unit)
        return {
            "key": self.key,
            "name": self.text,
            "value": value,
            "unit": unit,
            "ratio": self.value if self.peer else None,
            "peer": self.peer,
            "bound": self.bound,
            "least": self.least,
            "holds": self.holds,
            "spread": self.spread,
            "details": self.details,
        }


def claim_of(
    key: str,
    text: str,
    values: Sequence[float],
    bound: float | None,
    *,
    least: bool,
    unit: str = "",
    peer: str = "",
    own: tuple[float, str] | None = None,
    **details: float,
) -> Claim:
    """Return the claim of the median of `values`."""
    spread = (min(values), max(values))
    return Claim(key, text, statistics.median(values), bound, least, unit, spread, details, peer, own)


def figure(key: str, text: str, value: float, unit: str = "", **details: float) -> Claim:
    """Return a figure of which nothing is promised."""
    return Claim(key, text, value, None, False, unit, None, details)


def machine() -> dict[str, str]:
    """Return where this runs, and how busy it was before."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load before": f"{LOAD:.1f}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    """Return the processor's own name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:  # macOS
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def as_json(claims: Sequence[Claim], notes: dict[str, str]) -> str:
    """Return what the top of this file describes."""
    name = Path(sys.argv[0]).stem
    rows = [one.row() for one in claims]
    return json.dumps({"name": name, "machine": machine(), "notes": notes, "figures": rows}, indent=2)


def table(claims: Sequence[Claim], notes: dict[str, str]) -> None:
    """Print the claims, one a row, and below them what stands behind each."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    shown = Table("", "claim", "measured", "rounds", "bound", "", pad_edge=False)
    for one in claims:
        shown.add_row(f"({one.key})", one.text, *_cells(one))
    console.print(shown)
    for one in claims:
        if one.details:
            told = ", ".join(f"{name.replace('_', ' ')} {_number(v)}" for name, v in one.details.items())
            console.print(f"  ({one.key}) {told}", style="dim", highlight=False)
    console.print("; ".join(f"{name} {value}" for name, value in {**machine(), **notes}.items()), style="dim")


def _cells(one: Claim) -> tuple[str, str, str, str]:
    """Return the measured value, its spread, its bound and the verdict."""
    low, high = one.spread or (one.value, one.value)
    rounds = f"{_number(low)} … {_number(high)}" if one.spread else ""
    measured = f"{_number(one.value)} {f'× {one.peer}' if one.peer else one.unit}".strip()
    if one.bound is None:
        return measured, rounds, "", ""
    bound = f"{'≥' if one.least else '≤'} {_number(one.bound)} {one.unit}".strip()
    return measured, rounds, bound, "[green]holds[/]" if one.holds else "[red]fails[/]"


def report(claims: Sequence[Claim], notes: dict[str, str], *, as_text: bool) -> NoReturn:
    """Print the claims, as JSON if `as_text`; exit 1 when one does not hold."""
    if as_text:
        print(as_json(claims, notes))
    else:
        table(claims, notes)
    sys.exit(1 if any(one.holds is False for one in claims) else 0)


@contextmanager
def scratch(*, keep: bool = False) -> Iterator[Path]:
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

"""The programs of `benchmarks/`: which there are, and one of them run.

A program is a file there that prints, with `--json`, the object that
benchmarks/harness/figures.py describes. Its first line says what it measures;
`MINUTES` at its top says how long it may take (5 when it does not say). Nothing
is imported from them: each is a process of its own.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.cli.runtime import ROOT
from kernel.errors import ConfigurationError, one_line

PLACE = ROOT / "benchmarks"
MINUTES = 5.0
GRACE = 10.0  # seconds a program has to end what it started
KEYS = {"name", "machine", "notes", "figures"}
FIGURE_KEYS = {"key", "name", "value", "unit", "ratio", "peer", "bound", "least", "holds"}


@dataclass(frozen=True, slots=True)
class Program:
    """A file of `benchmarks/`; `minutes` is the longest it may take."""

    path: Path
    summary: str
    minutes: float

    @property
    def name(self) -> str:
        """What the command line calls it."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a program said; `fault` is why it said nothing."""

    name: str
    seconds: float
    found: dict[str, Any] | None = None
    fault: str = ""

    @property
    def figures(self) -> list[dict[str, Any]]:
        """Return the figures, in the program's order."""
        return list(self.found["figures"]) if self.found else []

    @property
    def broken(self) -> list[str]:
        """Return the bounds that do not hold, each as the program names it."""
        return [f"{self.name} ({one['key']}) {one['name']}" for one in self.figures if one["holds"] is False]


def programs(place: Path = PLACE) -> list[Program]:
    """Return the programs there are, by name."""
    return [_read(path) for path in sorted(place.glob("*.py")) if not path.stem.startswith("_")]


def chosen(names: Sequence[str], there: Sequence[Program]) -> list[Program]:
    """Return the named programs, or all; raise ConfigurationError for one that is not there."""
    by_name = {one.name: one for one in there}
    if unknown := [name for name in names if name not in by_name]:
        known = (
            ", ".join(by_name) or "none; run this in a checkout of Stoa, an installation has no benchmarks"
        )
        raise ConfigurationError(f"there is no benchmark {unknown[0]}: {known}")
    return [by_name[name] for name in dict.fromkeys(names)] or list(there)


def run(program: Program, *, quick: bool = False) -> Run:
    """Run a program to its end, or to the end of its time; ended ourselves, end it first."""
    _heed_signals()
    command = [sys.executable, str(program.path), "--json", *(["--quick"] if quick else [])]
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=program.path.parents[1], stdout=subprocess.PIPE, stderr=errors, text=True,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = process.communicate(timeout=program.minutes * 60)
        except subprocess.TimeoutExpired:
            fault = f"was not done after {program.minutes:g} minutes"
            return Run(program.name, time.monotonic() - began, fault=fault)
        finally:
            end(process)
        errors.seek(0)
        return _understood(program, time.monotonic() - began, said, errors.read())


def _heed_signals() -> None:
    """Leave by an exception when told to stop, also where a shell in the background ignores SIGINT.

    What is ignored here would be ignored by the programs, and SIGINT is what ends them politely.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def end(process: subprocess.Popen[str]) -> None:
    """End a program and all it started: first politely, for it has servers to stop."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    with suppress(ProcessLookupError):  # nothing is left of its group
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _understood(program: Program, seconds: float, said: str, errors: str) -> Run:
    """Return what a program printed, or why it cannot be used."""
    try:
        found = json.loads(said)
        wanting = KEYS - set(found) | {key for one in found["figures"] for key in FIGURE_KEYS - set(one)}
    except (ValueError, TypeError, KeyError) as ex:
        told = [line for line in errors.splitlines() if line.strip()]
        fault = told[-1].strip() if told else f"printed no JSON: {one_line(ex)}"
        return Run(program.name, seconds, fault=fault)
    if wanting:
        return Run(program.name, seconds, fault=f"its JSON lacks {', '.join(sorted(wanting))}")
    return Run(program.name, seconds, found)


def _read(path: Path) -> Program:
    """Read what a program says of itself, without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    minutes = MINUTES
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["MINUTES"]:
            minutes = float(ast.literal_eval(node.value))
    return Program(path, (ast.get_docstring(tree) or "").partition("\n")[0], minutes)

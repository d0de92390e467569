"""`manage.py test`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import ROOT

OUTCOMES = ("passed", "failed", "skipped")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")
_SUMMARY = re.compile(r"^=* ?(?:\x1b\[[\d;]*m)*.*\d+ (?:passed|failed|skipped|errors?)\b.* in [\d.]+s")


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: manage.py test tests/kernel -k idempotency -x",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@profile_option
def test(arguments: tuple[str, ...]) -> int:
    """Run the tests with pytest, which gets all arguments.

    Starts its own PostgreSQL and Redis. All of the tests run on several
    processes, chosen ones on one. The last line counts: `N passed, N failed, N
    skipped`; the exit code is pytest's.
    """
    command = [sys.executable, "-m", "pytest", *_parallel(arguments), *arguments]
    counts: Counter[str] = Counter()
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            if _SUMMARY.match(line):
                counts = _counted(line)
    click.echo(", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES))
    return process.returncode


def _parallel(arguments: tuple[str, ...]) -> list[str]:
    """Return pytest-xdist's options for a run of everything."""
    chosen = any(
        Path(ROOT, word.partition("::")[0]).exists() for word in arguments if not word.startswith("-")
    )
    given = any(word.startswith("-n") or word in ("-x", "--pdb", "-s") for word in arguments)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [] if chosen or given or cores == 1 else ["-n", str(min(cores, 8)), "--dist", "loadfile"]


def _environment() -> dict[str, str]:
    """Return our environment without the settings of a deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA__")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _counted(line: str) -> Counter[str]:
    """Count an outcome of pytest's summary; an error fails, an expected failure passes."""
    meaning = {"error": "failed", "errors": "failed", "xfailed": "passed", "xpassed": "passed"}
    counts: Counter[str] = Counter()
    for number, outcome in _COUNT.findall(line):
        counts[meaning.get(outcome, outcome)] += int(number)
    return counts

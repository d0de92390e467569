"""`manage.py bench`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from kernel.cli.bench_programs import KEYS, PLACE, Program, Run, chosen, programs, run
from kernel.cli.output import json_option, show
from kernel.cli.profiles import profile_option
from kernel.cli.runtime import ROOT

RESULTS = PLACE / "results.json"
PAGE = ROOT / "docs" / "performance.md"


@click.command(epilog="Example: manage.py bench http realtime; manage.py bench --quick")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="A little of everything: counts are true, times mean nothing.")
@click.option("--write", is_flag=True, help="Store the figures and write docs/performance.md from them.")
@click.option("--list", "listed", is_flag=True, help="List the programs, and how long each may take.")
@json_option
@profile_option
def bench(names: tuple[str, ...], *, quick: bool, write: bool, listed: bool, as_json: bool) -> int:
    """Measure every claim about speed and size, or those of the named programs.

    Runs the programs of benchmarks/ one after another, each a process with a
    bounded time, and prints one table: the figure, its ratio to the peer it is
    held against, the bound, whether it holds, and the machine. Exits with 1 when
    a bound does not hold or a program fails. Programs bring their own PostgreSQL
    and profiles: --profile changes nothing.
    """
    if quick and write:
        raise click.UsageError("--quick measures too little to be stored: leave --quick or --write out")
    there = chosen(names, programs())
    if listed:
        rows = [{"name": one.name, "minutes": f"{one.minutes:g}", "measures": one.summary} for one in there]
        show(rows, as_json=as_json, empty="There are no benchmarks here.")
        return 0
    runs = _all(there, quick=quick)
    if write:
        _store(runs)
    if as_json:
        click.echo(json.dumps([_printed(one) for one in runs], indent=2))
    else:
        _table(runs)
    return _judged(runs)


def _all(there: Sequence[Program], *, quick: bool) -> list[Run]:
    """Run the programs in turn; show which one runs and how each ended."""
    runs = []
    with _progress(len(there)) as step:
        for program in there:
            step(f"{program.name}, at most {program.minutes:g} min")
            runs.append(run(program, quick=quick))
            click.echo(_line(runs[-1]), err=True)
    return runs


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Yield `step(text)`, called before each program: a moving bar, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        Elapsed(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, completed=-1)

        def step(text: str) -> None:
            bar.update(task, description=text, advance=1)

        yield step


def _line(one: Run) -> str:
    held = sum(figure["holds"] is True for figure in one.figures)
    told = one.fault or f"{len(one.figures)} figures, {held} bounds hold, {len(one.broken)} fail"
    return f"{one.name}: {one.seconds:.0f} s: {told}"


def _table(runs: Sequence[Run]) -> None:
    """Print the figures of all runs, and below them the machine, once if it is one."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from kernel.documentation.figures import HEADS, cells, place

    shown = Table("program", *HEADS, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for one in runs:
        for figure in one.figures:
            row = cells(figure)
            shown.add_row(one.name, *row, style="red" if figure["holds"] is False else None)
    console = Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False)
    console.print(shown)
    for one in runs:
        if one.found:
            console.print(f"{one.name}: {place(one.found)}", style="dim")


def _judged(runs: Sequence[Run]) -> int:
    """Say in one line what fails; return the exit code."""
    broken = [text for one in runs for text in one.broken]
    failed = [f"{one.name} {one.fault}" for one in runs if one.fault]
    bounds = sum(figure["holds"] is not None for one in runs for figure in one.figures)
    if not broken and not failed:
        click.echo(f"All {bounds} bounds hold.", err=True)
        return 0
    told = [f"{len(broken)} of {bounds} bounds fail: {'; '.join(broken)}"] if broken else []
    told += [f"{len(failed)} of {len(runs)} programs failed: {'; '.join(failed)}"] if failed else []
    click.echo(f"bench: {'. '.join(told)}", err=True)
    return 1


def _store(runs: Sequence[Run]) -> None:
    """Keep the figures of programs that did not fail, and write the page that shows them."""
    from kernel.documentation.figures import results
    from kernel.documentation.inserts import filled

    kept = results(RESULTS) | {one.name: _printed(one) for one in runs if not one.fault}
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(filled()[PAGE], encoding="utf-8")


def _printed(one: Run) -> dict[str, Any]:
    kept = {key: one.found[key] for key in KEYS} if one.found else {"name": one.name, "figures": []}
    return {**kept, "fault": one.fault, "seconds": round(one.seconds, 1), "commit": _commit()}


def _commit() -> str:
    """Return the short name of the commit, or "unknown" outside a checkout."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.stdout.strip() or "unknown"

"""`python -m tests.faults.market`: the long form, by hand."""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import structlog
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.faults.market.invariants import INVARIANTS, Evidence, broken
from tests.faults.market.record import Record
from tests.faults.market.run import Run
from tests.faults.market.stand import Stand, standing


@click.command(epilog="Example: python -m tests.faults.market --users 50 --minutes 5 --seed 7")
@click.option("--users", default=50, show_default=True, type=click.IntRange(2, 500), help="People at once.")
@click.option("--minutes", default=3.0, show_default=True, type=click.FloatRange(0.1, 600), help="Of faults.")
@click.option(
    "--seed", default=None, type=int, help="Of a run to repeat; otherwise one is drawn and printed."
)
@click.option("--keep", is_flag=True, help="Keep the directory with the logs, also when all holds.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def main(users: int, minutes: float, seed: int | None, *, keep: bool, as_json: bool) -> None:
    """Play CondoMarket with many people while everything breaks; then check every invariant.

    Two API processes, two workers, PostgreSQL, Redis and a mail server run behind
    nginx, all of them started and ended by this program. Exits with 1, naming what
    does not hold, or with 0.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    seed = random.SystemRandom().randrange(100_000) if seed is None else seed
    directory = Path(tempfile.mkdtemp(prefix="stoa-market-"))
    console = Console(stderr=True, highlight=False)
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("starting", total=None)

        def tell(text: str) -> None:
            progress.update(task, description=text)
            console.print(text, style="dim")

        with standing(directory) as stand:
            if not stand.proxied:
                tell("nginx is not installed: people talk to the two processes directly")
            run = Run(stand, users, minutes * 60, seed, tell)
            record = run.live()
            found = {} if not record.people else broken(Evidence(stand, record))
    report = _report(stand, record, found, seed=seed, users=users, minutes=minutes)
    click.echo(json.dumps(report, indent=2) if as_json else _text(report))
    if keep or found:
        click.echo(f"The logs are in {directory}.", err=True)
    else:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if found else 0)


def _report(stand: Stand, record: Record, found: dict[str, list[str]], **of: Any) -> dict[str, Any]:
    return {
        **of,
        "proxy": "nginx" if stand.proxied else "none",
        "people": len(record.people),
        "orders": sum(bool(order) for order in record.orders.values()),
        "mails": len(record.mails),
        "counts": dict(sorted(record.counts.items())),
        "faults": [one.name for one in record.faults],
        "invariants": {name: found.get(name, []) for name in INVARIANTS},
    }


def _text(report: dict[str, Any]) -> str:
    lines = [f"{count:>8}  {name}" for name, count in report["counts"].items()]
    broken_ones = {name: wrong for name, wrong in report["invariants"].items() if wrong}
    for name, wrong in broken_ones.items():
        lines.append(f"{name} does not hold ({len(wrong)}):")
        lines += [f"    {one}" for one in wrong[:5]]
    kept = len(report["invariants"]) - len(broken_ones)
    lines.append(
        f"seed {report['seed']}: {report['people']} people, {report['orders']} orders, "
        f"{report['mails']} mails, "
        f"{len(report['faults'])} faults; {kept} of {len(report['invariants'])} invariants hold."
    )
    if broken_ones:
        lines.append(f"Broken: {', '.join(broken_ones)}.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

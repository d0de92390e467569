"""How many events a second are published and delivered, and what an idle worker costs.

    python3 benchmarks/events.py [--events 2000]

One process, PostgreSQL of the wheel with its usual durability, one subscriber
that does nothing: what is measured is the outbox, the claims and their commits.
"""

# ruff: noqa: E402 - the environment is entered before anything is imported from it

from __future__ import annotations

import os.path
import runpy
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
if __name__ == "__main__":
    sys.path[0] = ROOT
    runpy.run_path(f"{ROOT}/kernel/cli/bootstrap.py")["enter"](ROOT, sys.argv)

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks.harness.load import generator
from benchmarks.harness.stand import Size, Stand

if TYPE_CHECKING:
    from kernel.application import Application


def publish(application: Application, count: int, batch: int) -> None:
    """Publish `count` events of distinct keys, `batch` in a transaction."""
    from benchmarks.harness.plugin.plugin import Greeted  # noqa: PLC0415 - the plugin is loaded by boot

    for start in range(0, count, batch):
        with application.db.atomic():
            application.bus.publish(*(Greeted(name=f"{number}") for number in range(start, start + batch)))


def deliver(application: Application) -> None:
    """Deliver all that is due."""
    from kernel.events.dispatcher import Dispatcher  # noqa: PLC0415

    Dispatcher(application.bus).drain()


def show(text: str, count: int, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    click.echo(f"{text:<52} {count / (time.perf_counter() - began):8,.0f} /s")


def rest(application: Application, seconds: float) -> float:
    """Return the share of a core that a worker with nothing to do takes, in per cent."""
    from kernel.tasks.worker import Worker  # noqa: PLC0415 - after the environment is entered

    worker = Worker(application)
    worker.start()
    try:
        time.sleep(2)  # its first look at everything
        before = time.process_time()
        time.sleep(seconds)
        return 100 * (time.process_time() - before) / seconds
    finally:
        worker.stop()


@click.command()
@click.option("--events", default=2000, show_default=True, help="How many of each.")
def main(events: int) -> None:
    """Measure publishing and delivering."""
    with (
        tempfile.TemporaryDirectory(prefix="stoa-benchmark-") as directory,
        Stand(Path(directory), generator("python"), Size(0, 1, 1), ()) as stand,
    ):
        application = stand.application
        for batch in (1, 10, 100):
            work = partial(publish, application, events, batch)
            show(f"published, {batch} in a transaction", events, work)
        show("delivered to one subscriber", 3 * events, partial(deliver, application))
        click.echo(f"{'an idle worker takes':<52} {rest(application, 10):8.2f} % of a core")


if __name__ == "__main__":
    main()

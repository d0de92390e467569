"""How many events a second are published and delivered, and what an idle worker costs.

    python3 benchmarks/events.py [--events 2000] [--quick] [--json]

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

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report, scratch
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


def rate(text: str, count: int, work: Callable[[], None]) -> Claim:
    began = time.perf_counter()
    work()
    return figure("rate", text, count / (time.perf_counter() - began), "/s")


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
@quick_option
@json_option
def main(events: int, *, quick: bool, as_text: bool) -> None:
    """Measure publishing and delivering."""
    events = min(events, 200) if quick else events
    with (
        scratch() as directory,
        Stand(directory, generator("python"), Size(0, 1, 1), ()) as stand,
    ):
        application, found = stand.application, []
        for batch in (1, 10, 100):
            work = partial(publish, application, events, batch)
            found.append(rate(f"published, {batch} in a transaction", events, work))
        found.append(rate("delivered to one subscriber", 3 * events, partial(deliver, application)))
        idle = rest(application, 1 if quick else 10)
        found.append(figure("idle", "an idle worker takes of a core", idle, "%"))
    report(found, {"events": f"{events:,}"}, as_text=as_text)


if __name__ == "__main__":
    main()

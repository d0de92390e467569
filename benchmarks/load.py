"""Thousands of socket users and hundreds of requests a second: what they see, and what breaks first.

    python3 benchmarks/load.py [--minutes 5] [--users 2000] [--rate 200] [--quick] [--json]

Two `serve` processes, a `worker`, PostgreSQL and Redis, with CondoMarket's plugins.
Every user holds a socket in `/chat` and `/presence`, is in a conversation of fifty and
watches ten of it. Requests arrive by a Poisson process whether or not the last was
answered, and latencies count from when a request was due, up to its answer, or to the
arrival of what it told at each socket. Then users and requests are doubled, and again, until a bound
breaks; the notes name what was at its limit. What asks and listens runs in processes of
its own on the same cores, which all parts share; what it took is told.
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

import resource
from typing import NamedTuple

import click

from benchmarks.harness.figures import json_option, quick_option, report, scratch
from benchmarks.harness.stand import Size
from benchmarks.harness_load import verdict
from benchmarks.harness_load.stage import Load, Stage, run
from benchmarks.harness_load.stand import LoadStand
from benchmarks.harness_load.town import GROUP, founded

MINUTES = 30  # `manage.py bench` ends it then; twelve on an idle machine
ROWS = 10_000  # listings
QUICK = 0.1  # of the users and of the requests
WARM, STEP = 15.0, 60.0  # seconds of the same load before anything counts; of a doubled stage
LONG = 180.0  # seconds of which a minute's growth of memory says something


class Times(NamedTuple):
    """Seconds of each stage."""

    warm: float
    promised: float
    doubled: float


SHORT = Times(3.0, 20.0, 5.0)


@click.command()
@click.option("--minutes", default=5.0, show_default=True, help="Minutes of the load the promises are about.")
@click.option("--users", default=2000, show_default=True, help="Socket users, in conversations of 50.")
@click.option("--rate", default=200.0, show_default=True, help="Requests a second.")
@click.option("--doublings", default=4, show_default=True, help="How often to double at most.")
@quick_option
@json_option
@click.option("--keep", is_flag=True, help="Keep the directory of data and logs.")
def main(
    *, minutes: float, users: int, rate: float, doublings: int, quick: bool, as_text: bool, keep: bool
) -> None:
    """Measure the product under load; exit 1 when a promise does not hold."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    times = Times(WARM, minutes * 60, STEP)
    if quick:
        users, rate, times, doublings = int(users * QUICK), rate * QUICK, SHORT, min(doublings, 1)
    load = Load(-(-users // GROUP) * GROUP, rate, times.promised)
    with scratch(keep=keep) as directory, LoadStand(directory, Size(ROWS, 1, times.promised)) as stand:
        first, more = measured(stand, load, times, doublings)
    found = verdict.claims(first, growth=times.promised >= LONG)
    found += [verdict.doubled(stage, verdict.broken(stage)) for stage in more]
    report(found, notes(first, more), as_text=as_text)


def measured(stand: LoadStand, load: Load, times: Times, doublings: int) -> tuple[Stage, list[Stage]]:
    """Return the promised stage and those doubled, the last of which breaks a bound unless all hold."""
    town = founded(stand.seeded)
    assert stand.servers
    with stand.worker() as worker:
        serving = stand.parts(worker)
        run(stand, town, serving, load.times(1, times.warm))
        first = run(stand, town, serving, load)
        more: list[Stage] = []
        while len(more) < doublings and not verdict.broken((more or [first])[-1]):
            more.append(run(stand, town, serving, load.times(2 ** (len(more) + 1), times.doubled)))
    return first, more


def notes(first: Stage, more: list[Stage]) -> dict[str, str]:
    """Return what is said beside the figures: what broke first, and by what."""
    last = (more or [first])[-1]
    told = {"users": f"{first.users:,}", "rate": f"{first.rate:g}/s", "seconds": f"{first.seconds:g}"}
    if bounds := verdict.broken(last):
        told["broke"] = f"with {last.users:,} users and {last.rate:g} requests/s: {', '.join(bounds)}"
        told["first at its limit"] = verdict.first_limit(last)
    else:
        told["broke"] = f"nothing up to {last.users:,} users and {last.rate:g} requests/s"
    return told


if __name__ == "__main__":
    main()

"""What each kind of request of `load.py` takes of a server's CPU, and where it goes.

    python3 benchmarks/hot.py [--requests 300] [--only send,list] [--profile] [--quick] [--json]

The requests of that mix, one after the other through the whole application in this
process (no socket, no other greenlet), with PostgreSQL and Redis as there; the CPU
time is this process's, so that what else the machine does hardly counts. PostgreSQL's, Redis's
and the worker's parts are in load.py and orders.py. `--profile` prints the functions that
took most.
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

import cProfile
import json
import pstats
import statistics
from collections.abc import Callable, Sequence
from random import Random
from time import process_time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click
from falcon.testing import create_environ

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report, scratch
from benchmarks.harness.load import LoadError
from benchmarks.harness.stand import Size
from benchmarks.harness_load.mix import WEIGHTS, Ask, Mix
from benchmarks.harness_load.stand import LoadStand
from benchmarks.harness_load.town import founded
from kernel.cli.output import progress

if TYPE_CHECKING:
    from kernel.application import Application

MINUTES = 5  # `manage.py bench` ends it then
USERS, ROWS = 100, 10_000
WARM = 50  # requests of a kind that are not measured: statements are built and callers known by then
SHOWN = 45  # lines of a profile


def environ(ask: Ask) -> dict[str, Any]:
    """Return a request as the server gives it to the application."""
    headers = {"authorization": f"Bearer {ask.token}", "content-type": "application/json"}
    if ask.method == "POST":
        headers["idempotency-key"] = str(uuid4())
    path, _, query = ask.path.partition("?")
    body = "" if ask.body is None else json.dumps(ask.body)
    return create_environ(path, query, method=ask.method, headers=headers, body=body)


def answered(application: Application, ask: Ask, profile: cProfile.Profile | None = None) -> float:
    """Answer a request; return the CPU seconds it took. Raises LoadError when it is not 2xx."""
    given, statuses = environ(ask), list[str]()

    def start(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda _: None

    began = process_time()
    if profile:
        profile.enable()
    body = b"".join(application.wsgi(given, start))
    if profile:
        profile.disable()
    spent = process_time() - began
    if not statuses[0].startswith("2"):
        raise LoadError(f"{ask.method} {ask.path}: {statuses[0]} {body.decode()}")
    if ask.then is not None:
        ask.then(body)
    return spent


def spent(
    application: Application, mix: Mix, kind: str, many: int, profile: cProfile.Profile | None = None
) -> list[float]:
    """Return the CPU seconds of so many requests of a kind; others that they need are not counted."""
    times: list[float] = []
    while len(times) < many + WARM:
        ask = mix.draw(0.0, kind)
        counts = ask.kind == kind
        took = answered(application, ask, profile if counts and len(times) >= WARM else None)
        if counts:
            times.append(took)
    return times[WARM:]


def claims(found: dict[str, list[float]]) -> list[Claim]:
    """Return the kinds by what they take of the whole mix, the most first."""
    means = {kind: statistics.fmean(times) * 1e6 for kind, times in found.items()}
    shares = {kind: means[kind] * WEIGHTS[kind] for kind in means}
    total = sum(shares.values())
    ordered = sorted(shares, key=lambda kind: -shares[kind])
    whole = figure("mix", "CPU of a request of the mix", total / sum(WEIGHTS[kind] for kind in means), "µs")
    return [whole] + [
        figure(
            kind,
            f"CPU of a request: {kind}",
            means[kind],
            "µs",
            median=statistics.median(found[kind]) * 1e6,
            percent_of_the_mix=100 * shares[kind] / total,
        )
        for kind in ordered
    ]


def measured(
    application: Application, mix: Mix, kinds: Sequence[str], many: int, *, profiled: bool
) -> dict[str, list[float]]:
    """Return the CPU seconds of so many requests of each kind."""
    found: dict[str, list[float]] = {}
    with progress("kinds of requests") as moved:
        for done, kind in enumerate(kinds):
            moved(done, len(kinds))
            profile = cProfile.Profile() if profiled else None
            found[kind] = spent(application, mix, kind, many, profile)
            if profile:
                pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(SHOWN)
        moved(len(kinds), len(kinds))
    return found


@click.command()
@click.option("--requests", "many", default=300, show_default=True, help="Requests of each kind.")
@click.option("--only", default=",".join(WEIGHTS), help="Which kinds, e.g. send,list (default: all).")
@click.option("--profile", "profiled", is_flag=True, help="Print where each kind's time went (and slow it).")
@quick_option
@json_option
def main(*, many: int, only: str, profiled: bool, quick: bool, as_text: bool) -> None:
    """Measure the CPU of each kind of request."""
    many = 20 if quick else many
    with scratch() as directory, LoadStand(directory, Size(ROWS, 1, 0)) as stand:
        town = founded(stand.seeded)
        town.grow(USERS)
        users = [(each.token, each.conversation) for each in town.users]
        mix = Mix(users, [listing for listing, _ in town.shop.goods], town.categories, Random(1))
        found = measured(stand.application, mix, only.split(","), many, profiled=profiled)
    report(claims(found), {"requests": str(many)}, as_text=as_text)


if __name__ == "__main__":
    main()

"""Every promise of the sockets, measured in one run beside Node's and Python's.

    python3 benchmarks/realtime.py [--only a,c] [--rounds 5] [--quick] [--json]

(a) deliveries a second of CPU to 1,000 sockets in a room, against Node's socket.io
(b) kilobytes an idle connection holds
(c) connects a second of CPU, against Node's
(d) 5,000 sockets held, and reached
(e) how soon 50 stored messages a second arrive in rooms of 50, 2,000 sockets
(f) 5,000 sockets dropped at once: what each misses or gets twice
(g) rows and statements of a post to a channel, by its subscribers
(h) others' acknowledgements and the memory while the server is attacked

Each server is one process on one core, as its quick start has it: Stoa with
`manage.py serve`, Node's `socket.io` of npm, python-socketio on gevent. The
clients (raw sockets, the same for all), PostgreSQL and everything else are on
another. What is compared is the server's CPU time, so that a client short of
CPU flatters nobody; (e) is told for all, its promise is about Stoa's stored
messages. docs/performance.md has figures.
"""

# ruff: noqa: E402 - the environment is entered before anything is imported from it

from __future__ import annotations

import os.path
import runpy
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
if __name__ == "__main__":
    sys.path[0] = ROOT  # this directory holds an http.py, which is not the standard library's
    runpy.run_path(f"{ROOT}/kernel/cli/bootstrap.py")["enter"](ROOT, sys.argv)

import resource
from collections.abc import Callable
from dataclasses import replace

import click

from benchmarks.harness.cores import CLIENT, pinned
from benchmarks.harness.figures import Claim, json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.stand import Size
from benchmarks.harness_realtime.attacks import withstood
from benchmarks.harness_realtime.channels import posted
from benchmarks.harness_realtime.connections import connected, held
from benchmarks.harness_realtime.course import QUICK, Course, Sizes
from benchmarks.harness_realtime.deliveries import delivered, timely
from benchmarks.harness_realtime.peers import NODE, PYTHON, STOA, RealtimeStand
from benchmarks.harness_realtime.recoveries import recovered
from kernel.cli.output import progress

MINUTES = 40  # `manage.py bench` ends it then; five minutes on an idle machine

CLAIMS: dict[str, Callable[[Course], list[Claim]]] = {
    "a": delivered,
    "bd": held,
    "c": connected,
    "e": timely,
    "f": recovered,
    "g": posted,
    "h": withstood,
}


@click.command()
@click.option("--only", default="abcdefgh", help="Which claims, e.g. a,c (default: all).")
@click.option("--rounds", default=0, help="Rounds of each comparison (default: 5, quick 1).")
@click.option("--servers", default=f"{NODE},{PYTHON},{STOA}", show_default=True, help="Which servers.")
@quick_option
@json_option
@click.option("--keep", is_flag=True, help="Keep the directory of data and logs.")
def main(only: str, *, rounds: int, servers: str, quick: bool, as_text: bool, keep: bool) -> None:
    """Measure the sockets' promises; exit 1 when one does not hold."""
    _descriptors()
    sizes = QUICK if quick else Sizes()
    sizes = replace(sizes, rounds=rounds or sizes.rounds)
    with (
        scratch(keep=keep) as directory,
        RealtimeStand(directory, generator("python"), Size(0, sizes.rounds, 0), ()) as stand,
    ):
        found = _measured(Course(stand, sizes, frozenset([*servers.split(","), STOA])), only)
        notes = {**stand.versions(), "rounds": str(sizes.rounds)}
    report(found, notes, as_text=as_text)


def _measured(course: Course, only: str) -> list[Claim]:
    chosen = [keys for keys in CLAIMS if set(keys) & set(only)]
    found: list[Claim] = []
    with progress("benchmarks") as moved:
        for done, keys in enumerate(chosen):
            moved(done, len(chosen))
            with pinned(CLIENT):
                found += CLAIMS[keys](course)
        moved(len(chosen), len(chosen))
    return found


def _descriptors() -> None:
    """Take as many descriptors as one may: each client is one here, and one in its server."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()

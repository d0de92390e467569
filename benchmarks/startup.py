"""What `serve` takes before its first answer, and what it then holds.

    python3 benchmarks/startup.py [--plugins accounts,media] [--starts 5] [--quick] [--json]

The database is PostgreSQL of the wheel, started by `serve` itself; the first
start, which also makes and migrates it, is told apart. Without plugins first,
then with them: the difference is theirs. Then PostgreSQL alone, and the demo,
whose first start also loads its data; required: a second start within 5 s, a
stop within 10 s.
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.harness.figures import (
    Claim,
    claim_of,
    figure,
    json_option,
    quick_option,
    report,
    scratch,
)
from benchmarks.harness.peers import Memory, Peer, demo, profile, stoa
from benchmarks.harness.stand import in_tree
from kernel.storage.embedded import EmbeddedPostgres

MB = 1_000_000
REST = 3.0  # seconds until the memory is read


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds and CPU seconds until the first answer, memory at rest, seconds of the stop."""

    seconds: float
    cpu: float
    memory: Memory
    stop: float


def start(peer: Peer) -> Start:
    """Start and stop once."""
    try:
        seconds = peer.start("/health/liveness")
        cpu = peer.cpu()
        time.sleep(REST)
        return Start(seconds, cpu, peer.memory(), peer.stop())
    finally:
        peer.stop()


def served(title: str, plugins: Sequence[str], starts: int, directory: Path) -> list[Claim]:
    file = profile(directory / f"{title}.toml", plugins, kernel={"var_dir": str(directory / title)})
    first, *later = [start(stoa(file)) for _ in range(starts + 1)]
    memory, text = later[-1].memory, f"`serve`, {len(plugins)} plugins"
    mb = {"RSS MB": memory.rss / MB, "PostgreSQL's PSS MB": memory.postgres_pss / MB}
    return [
        figure(title, f"{text}: very first start", first.seconds, "s"),
        _median(title, f"{text}: first answer", [one.seconds for one in later]),
        _median(title, f"{text}: CPU until then", [one.cpu for one in later]),
        _median(title, f"{text}: stop", [one.stop for one in later], 10),
        figure(title, f"{text}: memory at rest, PSS without PostgreSQL", memory.pss / MB, "MB", **mb),
    ]


def _median(key: str, text: str, seconds: Sequence[float], bound: float | None = None) -> Claim:
    return claim_of(key, text, seconds, bound, least=False, unit="s")


def postgres(starts: int, directory: Path) -> list[Claim]:
    seconds = []
    for _ in range(starts + 1):
        began = time.perf_counter()
        with EmbeddedPostgres(directory / "postgres"):
            seconds.append(time.perf_counter() - began)
    return [
        figure("postgres", "PostgreSQL of the wheel: very first start", seconds[0], "s"),
        _median("postgres", "PostgreSQL of the wheel: later starts", seconds[1:]),
    ]


def demonstrated(directory: Path) -> list[Claim]:
    first, second = (start(demo(directory)) for _ in range(2))
    return [
        figure("demo", "`demo`: first start, with data", first.seconds, "s"),
        _median("demo", "`demo`: second start", [second.seconds], 5),
        _median("demo", "`demo`: stop", [second.stop], 10),
    ]


@click.command()
@click.option("--plugins", default="", help="Which plugins (default: all of plugins/).")
@click.option("--starts", default=5, show_default=True, help="Starts after the first one.")
@quick_option
@json_option
def main(plugins: str, starts: int, *, quick: bool, as_text: bool) -> None:
    """Measure starts and memory; exit 1 when one takes longer than it may."""
    starts = 1 if quick else starts
    with scratch() as directory:
        found = served("bare", (), starts, directory)
        found += served("full", plugins.split(",") if plugins else in_tree(), starts, directory)
        found += postgres(starts, directory)
        found += demonstrated(directory)
    report(found, {"starts": str(starts)}, as_text=as_text)


if __name__ == "__main__":
    main()

"""What `serve` takes before its first answer, and what it then holds.

    python3 benchmarks/startup.py [--plugins accounts,media] [--starts 5]

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

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

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


def show(title: str, plugins: Sequence[str], starts: int, directory: Path) -> None:
    file = profile(directory / f"{title}.toml", plugins, kernel={"var_dir": str(directory / title)})
    first, *later = [start(stoa(file)) for _ in range(starts + 1)]
    memory = later[-1].memory
    click.echo(f"{title}: {len(plugins)} plugins")
    click.echo(f"  very first start         {first.seconds:6.2f} s")
    click.echo(f"  first answer, median     {statistics.median(one.seconds for one in later):6.2f} s")
    click.echo(f"  CPU until then, median   {statistics.median(one.cpu for one in later):6.2f} s")
    click.echo(f"  stop, median             {statistics.median(one.stop for one in later):6.2f} s")
    click.echo(f"  memory, PSS              {memory.pss / MB:6.1f} MB (RSS {memory.rss / MB:.1f})")
    click.echo(f"  PostgreSQL, PSS          {memory.postgres_pss / MB:6.1f} MB")


def show_postgres(starts: int, directory: Path) -> None:
    seconds = []
    for _ in range(starts + 1):
        began = time.perf_counter()
        with EmbeddedPostgres(directory / "postgres"):
            seconds.append(time.perf_counter() - began)
    click.echo("PostgreSQL of the wheel, alone")
    click.echo(f"  very first start         {seconds[0]:6.2f} s")
    click.echo(f"  later starts, median     {statistics.median(seconds[1:]):6.2f} s")


def show_demo(directory: Path) -> None:
    first, second = (start(demo(directory)) for _ in range(2))
    click.echo("demo")
    click.echo(f"  first start, with data   {first.seconds:6.2f} s")
    click.echo(f"  second start             {second.seconds:6.2f} s (required: 5 s)")
    click.echo(f"  stop                     {second.stop:6.2f} s (required: 10 s)")


@click.command()
@click.option("--plugins", default="", help="Which plugins (default: all of plugins/).")
@click.option("--starts", default=5, show_default=True)
def main(plugins: str, starts: int) -> None:
    """Measure starts and memory."""
    with tempfile.TemporaryDirectory(prefix="stoa-benchmark-") as directory:
        show("bare", (), starts, Path(directory))
        show("full", plugins.split(",") if plugins else in_tree(), starts, Path(directory))
        show_postgres(starts, Path(directory))
        show_demo(Path(directory))


if __name__ == "__main__":
    main()

"""What `serve` takes before its first answer, and what it then holds.

    python3 benchmarks/startup.py [--plugins accounts,media] [--starts 5]

The database is PostgreSQL of the wheel, started by `serve` itself; the first
start, which also makes and migrates it, is told apart. Without plugins first,
then with them: the difference is theirs.
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
from pathlib import Path

import click

from benchmarks.harness.peers import Memory, profile, stoa
from benchmarks.harness.stand import in_tree

MB = 1_000_000
REST = 3.0  # seconds until the memory is read


def start(file: Path) -> tuple[float, float, Memory]:
    """Start and stop once; return seconds, CPU seconds until the first answer, and the memory at rest."""
    peer = stoa(file)
    try:
        seconds = peer.start("/health/liveness")
        cpu = peer.cpu()
        time.sleep(REST)
        return seconds, cpu, peer.memory()
    finally:
        peer.stop()


def show(title: str, plugins: Sequence[str], starts: int, directory: Path) -> None:
    file = profile(directory / f"{title}.toml", plugins, kernel={"var_dir": str(directory / title)})
    first, *later = [start(file) for _ in range(starts + 1)]
    memory = later[-1][2]
    click.echo(f"{title}: {len(plugins)} plugins")
    click.echo(f"  very first start         {first[0]:6.2f} s")
    click.echo(f"  first answer, median     {statistics.median(one[0] for one in later):6.2f} s")
    click.echo(f"  CPU until then, median   {statistics.median(one[1] for one in later):6.2f} s")
    click.echo(f"  memory, PSS              {memory.pss / MB:6.1f} MB (RSS {memory.rss / MB:.1f})")
    click.echo(f"  PostgreSQL, PSS          {memory.postgres_pss / MB:6.1f} MB")


@click.command()
@click.option("--plugins", default="", help="Which plugins (default: all of plugins/).")
@click.option("--starts", default=5, show_default=True)
def main(plugins: str, starts: int) -> None:
    """Measure starts and memory."""
    with tempfile.TemporaryDirectory(prefix="stoa-benchmark-") as directory:
        show("bare", (), starts, Path(directory))
        show("full", plugins.split(",") if plugins else in_tree(), starts, Path(directory))


if __name__ == "__main__":
    main()

"""Every list and dashboard of CondoMarket at full size, against a hundredth of it.

    python3 benchmarks/scale.py [--rounds 7] [--quick] [--only moderation] [--json] [--keep DIRECTORY]

The data: 1,000 buildings, 100,000 listings, 200,000 orders and what belongs to
them; and the same at 1/100. Each GET route that answers JSON or a table, taken from
the application, is asked over HTTP by a resident, a building's admin and the
platform's admin: plainly, with each filter and sort, and far down; with an empty
cache and a filled one; in turn at both sizes, so that whatever else the machine does
meets both. Prints the medians, their ratios and the statements. Exits 1 naming
what costs more than twice as much at full size, beyond the noise, or needs more
statements. What has rows at one size only is not compared, and told. `--quick`
asks 50 buildings against 10, three times.

The noise is measured: the small size is asked twice in each round, and 99 of 100
such pairs of medians differ by less than the floor (at least 1 ms). What seems too
slow is asked again, three times as often.
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

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from benchmarks.harness.cores import CLIENT, pinned
from benchmarks.harness.figures import json_option, quick_option, scratch
from benchmarks.harness_scale.dataset import Scale
from benchmarks.harness_scale.product import DEEP, Probe, Product, installed
from benchmarks.harness_scale.report import report
from benchmarks.harness_scale.timing import Finding, Pair, Stopwatch, floor_of
from kernel.cli.output import progress
from kernel.storage.embedded import EmbeddedPostgres

MINUTES = 60  # an hour on a busy machine: most of it writes the data
AGAIN = 3  # times as many rounds for what seems too slow


def pairs_of(small: Sequence[Probe], large: Sequence[Probe], only: str) -> tuple[list[Pair], list[Pair]]:
    """Return what is asked at both sizes, for as many rows; and what only one size has any rows of.

    A page far down that only full size has is held against the other's first. A page
    without rows reads nothing of what belongs to rows, so it is held against none with.
    """
    known = {probe.question.key: probe for probe in small}
    found: list[Pair] = []
    uneven: list[Pair] = []
    for probe in large:
        path, asked, caller = probe.question.key
        first = (path, asked.removesuffix(DEEP).removesuffix("&"), caller)
        other = known.get(probe.question.key) or known.get(first)
        if other is not None and only in str(probe.question):
            if (other.rows == 0) != (probe.rows == 0):
                uneven.append(Pair(other, probe))
            else:
                found.append(Pair(other.of_rows(probe.rows), probe))
    return found, uneven


def measured(stopwatch: Stopwatch, pairs: Sequence[Pair], rounds: int) -> tuple[list[Finding], float]:
    """Return what was found of each pair, the suspects looked at again, and the floor of noise."""
    with progress("asking") as moved:
        found = stopwatch.measure(pairs, rounds, moved)
    floor = floor_of(found)
    suspects = [one.pair for one in found if one.slower(floor)]
    if suspects:
        with progress("asking the slow ones again") as moved:
            again = {one.pair: one for one in stopwatch.measure(suspects, AGAIN * rounds, moved)}
        found = [again.get(one.pair, one) for one in found]
    return found, floor


@contextlib.contextmanager
def directory_of(keep: str) -> Iterator[Path]:
    """Give a directory for databases and logs: `keep`, made if need be, or one that is removed."""
    if not keep:
        with scratch(keep=False) as directory:
            yield directory
        return
    Path(keep).mkdir(parents=True, exist_ok=True)
    yield Path(keep).resolve()


@click.command()
@click.option("--buildings", default=1000, show_default=True, help="Buildings at full size.")
@click.option("--fraction", default=100, show_default=True, help="The other size is one of so many.")
@click.option("--seed", default=1, show_default=True, help="What the data are drawn from.")
@click.option("--rounds", default=7, show_default=True, help="Rounds of each question.")
@click.option("--depth", default=100, show_default=True, help="Pages of 100 rows walked down at most.")
@click.option("--growing", is_flag=True, help="Let what belongs to the callers grow with the data.")
@click.option("--only", default="", help="Ask only what has this in its path.")
@quick_option
@json_option
@click.option("--keep", default="", help="A directory for the data, used again by the next run.")
def main(
    *, buildings: int, fraction: int, seed: int, rounds: int, depth: int, growing: bool, only: str,
    quick: bool, as_text: bool, keep: str,
) -> None:  # fmt: skip
    """Time all lists at two sizes; exit 1 when one grows with the data."""
    if quick:
        buildings, fraction, rounds, depth = 50, 5, 3, 3
    scales = [Scale(max(10, buildings // fraction), seed, growing), Scale(buildings, seed, growing)]
    with directory_of(keep) as directory, contextlib.ExitStack() as ends:
        site = installed(directory / "site")
        sys.path.append(str(site))
        with pinned(CLIENT):
            postgres = ends.enter_context(EmbeddedPostgres(directory / "postgres"))
        products = [Product(directory, scale, postgres.ensure_database(scale.name), site) for scale in scales]
        probes: list[list[Probe]] = []
        for product in products:
            with progress(str(product.scale)) as moved:
                probes.append(product.probes(depth, probes[0] if probes else (), moved))
        servers = [product.server() for product in products]
        for server in servers:
            ends.callback(server.stop)
            server.start("/health/liveness")
        pairs, uneven = pairs_of(probes[0], probes[1], only)
        found, floor = measured(Stopwatch(*servers), pairs, rounds)
    report(found, uneven, floor, scales, quick=quick, as_text=as_text)


if __name__ == "__main__":
    main()

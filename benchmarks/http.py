"""Every promise of speed and size, measured in one run, with its ratio printed.

    python3 benchmarks/http.py [--only a,c] [--rows 110000] [--rounds 7] [--quick] [--json]

(a) an authenticated trivial endpoint through the whole stack, against bare falcon
(b) a page of 20 listings from PostgreSQL and from the cache, against bare falcon
(c) a page 100,000 listings deep, against the first
(d) statements of a page of 10 rows and of pages over 1,000
(e) other requests while people sign in
(f) `serve` with all plugins: the first answer and the memory at rest

Every peer is one process on the same server and settings, on one core; wrk (or
the bundled client), PostgreSQL and everything else are on another. The peers
are measured in turn, round after round, and a ratio is taken within a round, so
that whatever else the machine does meets both. docs/performance.md has figures.
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

import click

from benchmarks.harness.claims import CLAIMS
from benchmarks.harness.figures import json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.stand import Size, Stand, in_tree
from kernel.cli.output import progress

MINUTES = 20  # `manage.py bench` ends it then


@click.command()
@click.option("--only", default="abcdef", help="Which claims, e.g. a,c (default: all).")
@click.option("--rows", default=110_000, show_default=True, help="Listings in the data set.")
@click.option("--rounds", default=7, show_default=True, help="Rounds of each comparison.")
@click.option("--seconds", default=2.0, show_default=True, help="Seconds of load a peer and round.")
@click.option("--client", type=click.Choice(["auto", "wrk", "python"]), default="auto", show_default=True)
@click.option("--plugins", default="", help="Which plugins Stoa runs, e.g. accounts,media (default: all).")
@quick_option
@json_option
@click.option("--keep", is_flag=True, help="Keep the directory of data and logs.")
def main(
    only: str,
    *,
    rows: int,
    rounds: int,
    seconds: float,
    client: str,
    plugins: str,
    quick: bool,
    as_text: bool,
    keep: bool,
) -> None:
    """Measure Stoa's promises; exit 1 when one does not hold."""
    if quick:  # (c) is about what it leaves out: many rows
        only, rows, rounds, seconds = only.replace("c", ""), 5000, 1, 0.5
    chosen = [key for key in CLAIMS if key in only]
    load = generator(client)
    found = []
    with scratch(keep=keep) as directory:
        chosen_plugins = tuple(plugins.split(",")) if plugins else in_tree()
        with Stand(directory, load, Size(rows, rounds, seconds), chosen_plugins) as stand:
            with progress("benchmarks") as moved:
                for done, key in enumerate(chosen):
                    moved(done, len(chosen))
                    found += CLAIMS[key](stand)
                moved(len(chosen), len(chosen))
            notes = {"client": load.name, "listings": f"{rows:,}", "rounds": str(rounds)}
    report(found, notes, as_text=as_text)


if __name__ == "__main__":
    main()

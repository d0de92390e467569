"""How often a hot list is answered from the cache, and how often it is made.

    python3 benchmarks/cache.py [--reads 200000] [--quick] [--json]

Pages are asked for as people do: the first most, each next one less (Zipf, s=1).
Something in the list changes every so many reads and drops all pages by their
tag. Then Redis is frozen: the first to ask waits for the timeout, the others
do not. What one operation costs is in benchmarks/rooms.py.
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

import threading
import time
from itertools import accumulate
from random import Random

import click

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report
from kernel.cache import Cache, CacheSettings, make_cache
from kernel.clock import SystemClock
from kernel.observability.logs import configure
from kernel.observability.settings import ObservabilitySettings
from kernel.redis import RedisLink, RedisSettings
from kernel.testing.redis import disposable_redis, redis_program

PAGES = 500
TAG = "list"
HOT = 5000  # reads between two changes of a hot list


def hit_rate(reads: int, every: int) -> tuple[float, float]:
    """Return the share of reads answered from the cache, and reads a second."""
    hits = 0

    def observe(_: str, hit: bool) -> None:
        nonlocal hits
        hits += hit

    cache = make_cache(CacheSettings(), SystemClock(), None, observe)
    weights = list(accumulate(1 / rank for rank in range(1, PAGES + 1)))
    chosen = Random(1).choices(range(PAGES), cum_weights=weights, k=reads)
    began = time.perf_counter()
    for number, page in enumerate(chosen):
        if number % every == 0:
            cache.invalidate_tag(TAG)
        cache.get_or_set(f"page:{page}", lambda: b"x" * 2000, 60, (TAG,))
    return hits / reads, reads / (time.perf_counter() - began)


def computations(cache: Cache, callers: int) -> int:
    """Return how often a missing value is made when `callers` threads ask at once."""
    made, barrier = [], threading.Barrier(callers)

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)  # what it takes to make the page
        return b"x"

    def ask() -> None:
        barrier.wait()
        cache.get_or_set("page:hot", make, 60)

    threads = [threading.Thread(target=ask) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(made)


def frozen(callers: int) -> tuple[float, float]:
    """Return the seconds that the slowest and all of `callers` reads take, in turn, of a Redis that froze."""
    with disposable_redis() as redis:
        link = RedisLink(RedisSettings(url=redis.url, cooldown=60.0))
        cache, taken = make_cache(CacheSettings(), SystemClock(), link), []
        cache.get("page:0")
        redis.pause()
        for number in range(callers):
            began = time.perf_counter()
            cache.get_or_set(f"page:{number}", lambda: b"x", 60)
            taken.append(time.perf_counter() - began)
        link.close()
        return max(taken), sum(taken)


@click.command()
@click.option("--reads", default=200_000, show_default=True, help="Reads of each run.")
@quick_option
@json_option
def main(reads: int, *, quick: bool, as_text: bool) -> None:
    """Measure the hit rate under changes, the single flight, and a frozen Redis."""
    configure(ObservabilitySettings(log_level="error"))  # that Redis is away is no news here
    reads, found = min(reads, 20_000) if quick else reads, []
    for every in (1000, 5000, 20_000):
        share, rate = hit_rate(reads, every)
        text = f"hits of a hot list, a change every {every:,} reads"
        bound = 80 if every == HOT else None  # FEATURES: above 80 % on hot lists
        found.append(Claim("hits", text, 100 * share, bound, True, "%", None, {"reads/s": rate}))
    made = computations(make_cache(CacheSettings(), SystemClock()), 50)
    found.append(Claim("flight", "times a page is made that 50 callers miss at once", made, 1, False))
    notes = {"reads": f"{reads:,}"}
    if redis_program() is None:
        notes["Redis frozen"] = "not measured, there is none to freeze"
    else:
        slowest, together = frozen(50)
        timeout = RedisSettings().timeout
        text = f"50 reads of a frozen Redis, together (one timeout is {timeout} s)"
        found.append(Claim("frozen", text, together, 2 * timeout, False, "s"))
        found.append(figure("frozen", "the slowest of them", slowest, "s"))
    report(found, notes, as_text=as_text)


if __name__ == "__main__":
    main()

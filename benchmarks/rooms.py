"""What the cache, the limiter and the observers cost a request, in microseconds.

    python3 benchmarks/rooms.py [--redis redis://localhost:6379/0] [--quick] [--json]

The best of five runs of each operation, in memory and over Redis: the one that
is named, or one started for it where there is a `redis-server`.
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

import contextlib
import io
import timeit
from collections.abc import Callable
from types import SimpleNamespace

import click
import structlog

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report
from kernel.auth.principals import Principal
from kernel.cache import Cache, CacheSettings, Limiter, make_cache, make_limiter
from kernel.clock import SystemClock
from kernel.observability import Metrics, configure
from kernel.observability.instruments import cache_reads
from kernel.observability.requests import RequestObserver
from kernel.observability.settings import ObservabilitySettings
from kernel.redis import RedisLink, RedisSettings
from kernel.testing.redis import disposable_redis, redis_program

BYTES = b"x" * 2000
PAGE = {
    "items": [
        {"id": n, "title": "A listing", "price": {"amount": 1999, "currency": "USD"}} for n in range(20)
    ]
}
REQUEST = SimpleNamespace(
    method="GET",
    uri_template="/v1/listings/{listing_id}",
    path="/v1/listings/01900000-0000-7000-8000-000000000001",
    client_ip="203.0.113.7",
    id="01900000-0000-7000-8000-000000000002",
    principal=Principal(kind="user", id="01900000-0000-7000-8000-000000000003"),
)
RESPONSE = SimpleNamespace(status_code=200, data=b"x" * 2000, problem="")


def cost(text: str, call: Callable[[], object], number: int) -> Claim:
    best = min(timeit.repeat(call, number=number, repeat=5)) / number
    return figure("µs", text, best * 1e6, "µs")


def stores(place: str, cache: Cache, limiter: Limiter, number: int) -> list[Claim]:
    cache.set("bench:page", PAGE, tags=["a", "b"])
    cache.set("bench:bytes", BYTES, tags=["a", "b"])
    cache.get_or_set("bench:made", lambda: BYTES, tags=["a", "b"])
    calls: dict[str, Callable[[], object]] = {
        "get a page of 20 (JSON, 2 tags)": lambda: cache.get("bench:page"),
        "get 2 KB of bytes (2 tags)": lambda: cache.get("bench:bytes"),
        "get_or_set, hit (bytes, 2 tags)": lambda: cache.get_or_set("bench:made", bytes, None, ["a", "b"]),
        "set 2 KB of bytes (2 tags)": lambda: cache.set("bench:set", BYTES, tags=["a", "b"]),
        "invalidate a tag": lambda: cache.invalidate_tag("c"),
        "limiter hit": lambda: limiter.hit("bench", 10**6, 1),
    }
    return [cost(f"{place}: {text}", call, number) for text, call in calls.items()]


def observed(number: int) -> list[Claim]:
    """Measure what is written of a request, and a line of the log."""
    metrics, lines = Metrics(), io.StringIO()
    observer, quiet = RequestObserver(metrics, {}, lines.write), RequestObserver(metrics, {}, None)
    configure(ObservabilitySettings(), ["a-secret-of-this-deployment"], lines)
    log = structlog.get_logger()
    return [
        cost("a request observed and its line written", lambda: observer(REQUEST, RESPONSE, 0.001), number),
        cost("a request observed, access log off", lambda: quiet(REQUEST, RESPONSE, 0.001), number),
        cost(
            "a log line with five fields",
            lambda: log.info("event", a=1, b="two", c=None, d=[1], e={}),
            number,
        ),
        cost("a log line below the level", lambda: log.debug("event", a=1), 4 * number),
    ]


@click.command()
@click.option("--redis", default="", help="The URL of a Redis (default: one is started).")
@quick_option
@json_option
def main(redis: str, *, quick: bool, as_text: bool) -> None:
    """Measure single operations."""
    clock, settings, less = SystemClock(), CacheSettings(), 20 if quick else 1
    memory = make_cache(settings, clock, None, cache_reads(Metrics()))
    found, notes = stores("memory", memory, make_limiter(settings, clock), 20_000 // less), {}
    with contextlib.ExitStack() as ends:
        if not redis and redis_program() is not None:
            redis = ends.enter_context(disposable_redis()).url
        if redis:
            link = RedisLink(RedisSettings(url=redis, namespace="bench"))
            ends.callback(link.close)
            kept, limits = make_cache(settings, clock, link), make_limiter(settings, clock, link)
            found += stores("Redis", kept, limits, 1000 // less)
        else:
            notes["Redis"] = "not measured, there is none"
    report(found + observed(5000 // less), notes, as_text=as_text)


if __name__ == "__main__":
    main()

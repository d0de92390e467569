"""What the cache, the limiter and the observers cost a request, in microseconds.

    python benchmarks/rooms.py [redis://localhost:6379/0]

Prints the best of five runs of each operation; with a URL also over Redis.
"""

from __future__ import annotations

import io
import sys
import timeit
from collections.abc import Callable
from types import SimpleNamespace

import structlog

from kernel.auth.principals import Principal
from kernel.cache import Cache, CacheSettings, Limiter, make_cache, make_limiter
from kernel.clock import SystemClock
from kernel.observability import Metrics, configure
from kernel.observability.instruments import cache_reads
from kernel.observability.requests import RequestObserver
from kernel.observability.settings import ObservabilitySettings
from kernel.redis import RedisLink, RedisSettings

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


def show(name: str, call: Callable[[], object], number: int) -> None:
    best = min(timeit.repeat(call, number=number, repeat=5)) / number
    print(f"{name:<44} {best * 1e6:8.1f} µs")


def stores(place: str, cache: Cache, limiter: Limiter, number: int) -> None:
    cache.set("bench:page", PAGE, tags=["a", "b"])
    cache.set("bench:bytes", b"x" * 2000, tags=["a", "b"])
    cache.get_or_set("bench:made", lambda: b"x" * 2000, tags=["a", "b"])
    show(f"{place}: get a page of 20 (JSON, 2 tags)", lambda: cache.get("bench:page"), number)
    show(f"{place}: get 2 KB of bytes (2 tags)", lambda: cache.get("bench:bytes"), number)
    show(
        f"{place}: get_or_set, hit (bytes, 2 tags)",
        lambda: cache.get_or_set("bench:made", bytes, None, ["a", "b"]),
        number,
    )
    show(
        f"{place}: set 2 KB of bytes (2 tags)",
        lambda: cache.set("bench:set", b"x" * 2000, tags=["a", "b"]),
        number,
    )
    show(f"{place}: invalidate a tag", lambda: cache.invalidate_tag("c"), number)
    show(f"{place}: limiter hit", lambda: limiter.hit("bench", 10**6, 1), number)


def main() -> None:
    clock, metrics, lines = SystemClock(), Metrics(), io.StringIO()
    settings, observe = CacheSettings(), cache_reads(metrics)
    stores("memory", make_cache(settings, clock, None, observe), make_limiter(settings, clock), 20_000)
    if len(sys.argv) > 1:
        link = RedisLink(RedisSettings(url=sys.argv[1], namespace="bench"))
        stores("redis", make_cache(settings, clock, link, observe), make_limiter(settings, clock, link), 1000)
    observer = RequestObserver(metrics, {}, lines.write)
    show("a request observed and its line written", lambda: observer(REQUEST, RESPONSE, 0.001), 5000)
    quiet = RequestObserver(metrics, {}, None)
    show("a request observed, access log off", lambda: quiet(REQUEST, RESPONSE, 0.001), 5000)
    configure(ObservabilitySettings(), ["a-secret-of-this-deployment"], lines)
    log = structlog.get_logger()
    show(
        "a log line with five fields",
        lambda: log.info("event", a=1, b="two", c=None, d=[1], e={"f": 1}),
        5000,
    )
    show("a log line below the level", lambda: log.debug("event", a=1), 20_000)


if __name__ == "__main__":
    main()

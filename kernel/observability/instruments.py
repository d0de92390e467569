"""The kernel's own metrics: what every room reports, wired without the rooms knowing.

Each room offers a place to be observed from (`db.query_hooks`, `bus.observers`,
`bus.committed`, `tasks.runner.observers`, the cache's observer, the HTTP stack's); these functions
fill them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from prometheus_client import GCCollector, ProcessCollector

from kernel.observability.metrics import Metrics, Sample

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.cache.cache import Observer as CacheObserver
    from kernel.redis import RedisLink

_MOST_SPACES = 200
_OPERATIONS = {"SELECT": "select", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete"}


def cache_reads(metrics: Metrics) -> CacheObserver:
    """Return a cache observer that counts hits and misses by space, the key's part before the first colon."""
    reads = metrics.counter(
        "stoa_cache_reads_total", "Cache reads, by space and outcome.", ("space", "outcome")
    )
    counters: dict[tuple[str, bool], Any] = {}

    def observe(key: str, hit: bool) -> None:
        space = key.partition(":")[0]
        counter = counters.get((space, hit))
        if counter is None:
            space = space if len(counters) < _MOST_SPACES else "(other)"
            counter = counters[space, hit] = reads.labels(space, "hit" if hit else "miss")
        counter.inc()

    return observe


def instrument(application: Application, link: RedisLink | None) -> None:
    """Observe the database, events, tasks, Redis and the process of an application."""
    metrics = application.metrics
    ProcessCollector(registry=metrics.registry)
    GCCollector(registry=metrics.registry)
    application.db.query_hooks.append(_statements(metrics))
    application.bus.committed.append(_business(metrics))
    _runs(metrics, application)
    _queues(metrics, application)
    metrics.observed(
        "stoa_db_connections",
        "Connections of this process's pool, by state.",
        lambda: (((state,), count) for state, count in application.db.gauge().items()),
        ("state",),
    )
    if link is not None:
        metrics.observed(
            "stoa_redis_up", "1 while Redis answers, 0 while memory stands in.", lambda: _up(link)
        )


def _up(link: RedisLink) -> Iterator[Sample]:
    yield (), 0.0 if link.away else 1.0


def _statements(metrics: Metrics) -> Callable[[Any], None]:
    seconds = metrics.histogram(
        "stoa_db_statement_seconds", "Time in PostgreSQL, by operation.", ("operation",)
    )
    children = {name: seconds.labels(name) for name in (*_OPERATIONS.values(), "other")}

    @lru_cache(maxsize=1024)  # PERF: hot statements are constants, whose hash is kept
    def child(sql: str) -> Any:
        return children[_OPERATIONS.get(sql.lstrip()[:6].upper(), "other")]

    def observe(event: Any) -> None:
        child(event.sql).observe(event.duration)

    return observe


def _business(metrics: Metrics) -> Callable[[Sequence[str]], None]:
    """Count what happens in the business: its events are its counters."""
    published = metrics.counter("stoa_events_total", "Events that were committed, by type.", ("type",))

    def count(types: Sequence[str]) -> None:
        for wire in types:
            published.labels(wire).inc()

    return count


def _runs(metrics: Metrics, application: Application) -> None:
    deliveries = metrics.histogram(
        "stoa_event_delivery_seconds", "Time of one delivery.", ("subscriber", "outcome")
    )
    runs = metrics.histogram("stoa_task_run_seconds", "Time of one run of a task.", ("task", "outcome"))
    application.bus.observers.append(
        lambda seen: deliveries.labels(seen.subscriber, _outcome(seen.error)).observe(seen.seconds)
    )
    application.tasks.runner.observers.append(
        lambda seen: runs.labels(seen.name, _outcome(seen.error)).observe(seen.seconds)
    )


def _outcome(error: Exception | None) -> str:
    return "error" if error else "ok"


def _queues(metrics: Metrics, application: Application) -> None:
    tasks, events = application.tasks, application.bus.operations
    metrics.observed("stoa_task_queue_depth", "Runs by state.", lambda: _labelled(tasks.depth()), ("state",))
    metrics.observed("stoa_task_lag_seconds", "Age of the oldest due run.", lambda: [((), tasks.lag())])
    by_subscriber = ("subscriber",)
    metrics.observed(
        "stoa_event_queue_depth", "Pending deliveries.", lambda: _labelled(events.depth()), by_subscriber
    )
    metrics.observed(
        "stoa_event_lag_seconds",
        "Age of the oldest pending event.",
        lambda: _labelled(events.lag()),
        by_subscriber,
    )
    metrics.observed(
        "stoa_event_dead_letters", "Dead letters.", lambda: _labelled(events.dead_count()), by_subscriber
    )


def _labelled(counts: dict[str, Any]) -> Iterator[Sample]:
    for label, value in counts.items():
        yield (label,), float(value)

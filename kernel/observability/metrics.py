"""Metrics of one application: Prometheus collectors on a registry of its own.

    views = app.metrics.counter("notes_views_total", "Notes shown.", ("type",))
    views.labels("SHARED").inc()

Asking again for the same name returns the same collector, so a plugin may ask
where it uses it. Name a metric `<plugin>_<what>_<unit>`; label values must come
from a small fixed set, never from ids or input.

With several worker processes each would report only its own share:
when `PROMETHEUS_MULTIPROC_DIR` is set (`serve` does so for `workers > 1`) the
client library keeps values in files there and a scrape adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client import values as prometheus_values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from kernel.errors import StoaError
from kernel.locks import brief_lock

# PERF: a value's lock guards one addition, and a request adds to five values
vars(prometheus_values)["Lock"] = brief_lock

LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency buckets, in seconds."""

log = structlog.get_logger()

Sample = tuple[Sequence[str], float]
"""Label values and the value they have now."""

C = TypeVar("C")


class Metrics:
    """Makes, keeps and renders collectors."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # half of all samples, of no use to Prometheus
        self.registry = CollectorRegistry(auto_describe=False)
        self._made: dict[str, tuple[type, tuple[str, ...], object]] = {}

    def counter(self, name: str, help: str, labels: Sequence[str] = ()) -> Counter:
        """Return a number that only grows; name it `…_total`."""
        return self._once(Counter, name, labels, lambda: Counter(name, help, labels, registry=self.registry))

    def gauge(self, name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
        """Return a number that goes up and down; summed over the live processes."""

        def make() -> Gauge:
            return Gauge(name, help, labels, registry=self.registry, multiprocess_mode="livesum")

        return self._once(Gauge, name, labels, make)

    def histogram(
        self, name: str, help: str, labels: Sequence[str] = (), buckets: Sequence[float] = LATENCY
    ) -> Histogram:
        """Return a distribution; `buckets` are upper bounds in the metric's unit (default: seconds)."""

        def make() -> Histogram:
            return Histogram(name, help, labels, registry=self.registry, buckets=buckets)

        return self._once(Histogram, name, labels, make)

    def observed(
        self, name: str, help: str, read: Callable[[], Iterable[Sample]], labels: Sequence[str] = ()
    ) -> None:
        """Offer a gauge whose samples `read` returns at each scrape, e.g. a queue's depth."""
        self._once(_Observed, name, labels, lambda: self._registered(_Observed(name, help, labels, read)))

    def render(self) -> bytes:
        """Return all metrics in the Prometheus text format, those of the sibling processes included."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        siblings = CollectorRegistry(auto_describe=False)
        MultiProcessCollector(siblings)  # type: ignore[no-untyped-call]
        for _, _, collector in self._made.values():
            if isinstance(collector, _Observed):
                siblings.register(collector)
        return generate_latest(siblings)

    def _registered(self, collector: _Observed) -> _Observed:
        self.registry.register(collector)
        return collector

    def _once(self, kind: type[C], name: str, labels: Sequence[str], make: Callable[[], C]) -> C:
        known = self._made.get(name)
        if known is None:
            self._made[name] = known = (kind, tuple(labels), make())
        if known[:2] != (kind, tuple(labels)):
            raise StoaError(
                f"metric {name} is a {known[0].__name__} with labels {known[1]}: "
                f"it cannot also be a {kind.__name__} with labels {tuple(labels)}"
            )
        return cast("C", known[2])


class _Observed:
    """A collector that asks when it is scraped."""

    def __init__(
        self, name: str, help: str, labels: Sequence[str], read: Callable[[], Iterable[Sample]]
    ) -> None:
        self._name, self._help, self._labels, self._read = name, help, tuple(labels), read

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(self._name, self._help, labels=self._labels)
        try:
            for values, value in self._read():
                family.add_metric(list(values), value)
        except Exception as ex:  # noqa: BLE001 - one source that is away must not hide the other metrics
            log.warning("metric_unreadable", metric=self._name, error=str(ex))
        yield family

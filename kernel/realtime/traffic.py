"""What goes out to rooms, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.observability.metrics import Metrics


class Traffic:
    """Metrics of one process's rooms.

    An event is counted in the process that published it, its deliveries in those
    that have members: summed over processes each is counted once.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._events = metrics.counter(
            "stoa_realtime_events_out_total",
            "Events published to rooms, by namespace and name.",
            ("namespace", "event"),
        )
        self._deliveries = metrics.counter(
            "stoa_realtime_deliveries_total",
            "Copies of events given to sockets, by namespace.",
            ("namespace",),
        )
        self._recoveries = metrics.counter(
            "stoa_realtime_recoveries_total",
            "Positions clients returned with: recovered, or sent to take a snapshot.",
            ("namespace", "outcome"),
        )
        self._overflows = metrics.counter(
            "stoa_realtime_overflows_total",
            "Events for which too much waited for a large room: its members were sent to take a snapshot,"
            " or a volatile event was dropped.",
            ("namespace",),
        )

    def published(self, namespace: str, event: str) -> None:
        """Count an event."""
        self._events.labels(namespace, event).inc()

    def delivered(self, namespace: str, copies: int) -> None:
        """Count what sockets were given."""
        self._deliveries.labels(namespace).inc(copies)

    def recovered(self, namespace: str, outcomes: Iterable[bool]) -> None:
        """Count positions by whether they could be gone on from."""
        for recovered in outcomes:
            self._recoveries.labels(namespace, "recovered" if recovered else "snapshot").inc()

    def overflowed(self, namespace: str) -> None:
        """Count an event that a room had no room for."""
        self._overflows.labels(namespace).inc()

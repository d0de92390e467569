"""What is counted, logged and observed of sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from kernel.observability.metrics import Metrics, Sample
    from kernel.realtime.socket import Socket

log = structlog.get_logger(__name__)
_REASONS = frozenset(
    {
        "client namespace disconnect",
        "forced close",
        "handshake timeout",
        "not joined",
        "parse error",
        "ping timeout",
        "server shutting down",
        "session ended",
        "slow reader",
        "token expired",
        "transport close",
        "transport error",
    }
)
"""The reasons that have a label of their own; a plugin's are counted together."""


@dataclass(slots=True)
class Handling:
    """A piece of a socket's work while it is done.

    `event` is a declared name, "(unknown)", "connected", "disconnected" or
    "refresh"; `outcome` "ok", "refused" or "error", known at the end.
    """

    socket: Socket
    event: str
    outcome: str = "ok"


Observer = Callable[[Handling], AbstractContextManager[object]]
"""Gives the context a piece of work is done in; what it raises is the work's fault, so it must not."""


class Instruments:
    """Metrics and log lines of one process's sockets."""

    def __init__(self, metrics: Metrics, connections: Callable[[], Iterable[Sample]], *, lines: bool) -> None:
        """Count; `connections` yields open connections by transport; write a line each when `lines`."""
        self._lines = lines
        metrics.observed(
            "stoa_realtime_connections", "Open connections, by transport.", connections, ("transport",)
        )
        self._opened = metrics.counter("stoa_realtime_connections_total", "Connections that were opened.")
        self._closed = metrics.counter(
            "stoa_realtime_closes_total", "Connections that ended, by reason.", ("reason",)
        )
        self._sockets = metrics.gauge(
            "stoa_realtime_sockets", "Sockets in namespaces, by namespace.", ("namespace",)
        )
        self._seconds = metrics.histogram(
            "stoa_realtime_event_seconds",
            "Time from a client's event to its acknowledgement.",
            ("namespace", "event", "outcome"),
        )

    def opened(self) -> None:
        """Count a connection."""
        self._opened.inc()

    def handled(self, handling: Handling, seconds: float) -> None:
        """Count an event of a client."""
        labels = handling.socket.namespace, handling.event, handling.outcome
        self._seconds.labels(*labels).observe(seconds)

    def entered(self, socket: Socket) -> None:
        """Count a socket and write its line."""
        self._sockets.labels(socket.namespace).inc()
        if self._lines:
            log.info("socket_connected", **_facts(socket), user_agent=socket.user_agent)

    def left(self, socket: Socket, reason: str) -> None:
        """Count a socket that is gone and write its line."""
        self._sockets.labels(socket.namespace).dec()
        if self._lines:
            log.info("socket_disconnected", **_facts(socket), reason=reason, events=socket.received)

    def closed(self, reason: str) -> None:
        """Count the end of a connection."""
        self._closed.labels(reason if reason in _REASONS else "other").inc()


def _facts(socket: Socket) -> dict[str, Any]:
    connection = socket.connection
    return {
        "namespace": socket.namespace,
        "sid": socket.sid,
        "correlation_id": connection.correlation,
        "user_id": str(socket.principal.id or "") or None,
        "ip": socket.ip,
        "transport": connection.session.transport,
    }

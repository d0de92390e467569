"""What is recorded of every request: one access line and one observation.

PERF: this runs for each request. The access line is written directly, not through
structlog's chain: its fields are fixed and known to hold no secret (the route,
and a path without its query). docs/decisions/0009-observability.md has the figures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from kernel.observability.redaction import is_secret

if TYPE_CHECKING:
    from kernel.http.request import Request, Response
    from kernel.observability.metrics import Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "(unmatched)"
_FAULT = 500
_LINE = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_FOR_PEOPLE = ("method", "path", "status", "ms")

log = structlog.get_logger()

Write = Callable[[str], Any]


class RequestObserver:
    """Counts and times requests by route template, and writes the access log."""

    def __init__(
        self, metrics: Metrics, owners: Mapping[str, str], write: Write | None, *, json: bool = True
    ) -> None:
        """Label with `owners` (route template to plugin); write lines with `write`, none without it."""
        self._latency = metrics.histogram(
            "stoa_http_request_seconds", "Time to answer, by route.", ("method", "route", "status")
        )
        self._problems = metrics.counter("stoa_http_problems_total", "Problems answered, by type.", ("type",))
        self._children: dict[tuple[str, str, int], Any] = {}
        self._paths: dict[str, bool] = {}
        self._owners, self._write, self._json = owners, write, json

    def __call__(self, req: Request, resp: Response, seconds: float) -> None:
        """Record one request."""
        method = req.method if req.method in METHODS else "OTHER"
        route, status = req.uri_template or UNMATCHED, resp.status_code
        child = self._children.get((method, route, status))
        if child is None:
            child = self._children[method, route, status] = self._latency.labels(method, route, str(status))
        child.observe(seconds)
        if resp.problem:
            self._problems.labels(resp.problem).inc()
        if self._write is not None:
            fields = self._fields(req, resp, route, status, seconds)
            if self._json:
                self._write(orjson.dumps(fields, option=_LINE).decode())
            else:
                log.info("request", **{name: fields[name] for name in _FOR_PEOPLE})

    def _fields(
        self, req: Request, resp: Response, route: str, status: int, seconds: float
    ) -> dict[str, Any]:
        fields = {
            "timestamp": datetime.now(UTC),
            "level": "error" if status >= _FAULT else "info",
            "event": "request",
            "method": req.method,
            "path": self._path(req, route),
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "bytes": len(resp.data or b""),
            "client": req.client_ip,
            "correlation_id": req.id,
        }
        if req.principal.id is not None:
            fields["principal"] = f"{req.principal.kind}:{req.principal.id}"
        if plugin := self._owners.get(route):
            fields["plugin"] = plugin
        if resp.problem:
            fields["problem"] = resp.problem
        return fields

    def _path(self, req: Request, route: str) -> str:
        """Return the path, or the route where a part of the path is a secret (`/verify/{token}`)."""
        hide = self._paths.get(route)
        if hide is None:
            names = [part.partition(":")[0].strip("{}") for part in route.split("/") if part.startswith("{")]
            hide = self._paths[route] = any(map(is_secret, names))
        return route if hide else req.path


def write_line(line: str) -> None:
    """Write an access line to standard error."""
    sys.stderr.write(line)

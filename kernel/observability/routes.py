"""What operators and orchestrators ask: `/metrics`, `/health` and the two probes."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields
from prometheus_client import CONTENT_TYPE_LATEST

from kernel.declarations import Route
from kernel.errors import ConfigurationError, Forbidden
from kernel.http.endpoint import ANONYMOUS, UNLIMITED, Binary, endpoint

if TYPE_CHECKING:
    from kernel.http.request import Request, Response
    from kernel.observability.health import Health, Report
    from kernel.observability.metrics import Metrics
    from kernel.observability.settings import ObservabilitySettings

_UNAVAILABLE = 503


class Operators:
    """Who may read what only operators should: everybody outside production."""

    def __init__(self, settings: ObservabilitySettings, *, production: bool) -> None:
        """Raise ConfigurationError for a network that is none."""
        try:
            self._networks = [ip_network(network) for network in settings.metrics_networks]
        except ValueError as ex:
            raise ConfigurationError(
                f"observability.metrics_networks: {ex}: expected networks like 10.0.0.0/8"
            ) from ex
        self._token, self._open = settings.metrics_token.encode(), not production

    def include(self, req: Request) -> bool:
        """Tell whether the caller is one, by network or by token."""
        return self._open or self._by_token(req) or self._by_network(req.client_ip)

    def _by_token(self, req: Request) -> bool:
        """Compare a header of its own: what stands in Authorization is taken for a caller's credentials."""
        given = (req.get_header("X-Operator-Token") or "").encode()
        return bool(self._token) and hmac.compare_digest(given, self._token)

    def _by_network(self, client_ip: str) -> bool:
        try:
            address = ip_address(client_ip)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


class HealthCheckOut(Schema):
    """One check. `detail` and `data` are shown to operators only."""

    name = fields.String(required=True)
    ok = fields.Boolean(required=True)
    detail = fields.String()
    data = fields.Dict(keys=fields.String())


class DroppedOut(Schema):
    """A plugin that was left out at boot."""

    plugin = fields.String(required=True)
    detail = fields.String()


class HealthOut(Schema):
    """How the service is: `ok`, `degraded` or `failing`."""

    status = fields.String(required=True, metadata={"enum": ["ok", "degraded", "failing"]})
    checks = fields.List(fields.Nested(HealthCheckOut), required=True)
    dropped = fields.List(fields.Nested(DroppedOut), required=True)


class LivenessOut(Schema):
    """The process answers."""

    status = fields.String(required=True)


class MetricsPage:
    """`/metrics`."""

    def __init__(self, metrics: Metrics, operators: Operators) -> None:
        self._metrics, self._operators = metrics, operators

    @endpoint(
        summary="Metrics for Prometheus",
        permission=ANONYMOUS,
        response=Binary(CONTENT_TYPE_LATEST),
        rate=UNLIMITED,
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> bytes:  # noqa: ARG002 - falcon's signature
        """Show every metric in the Prometheus text format; in production to operators only."""
        if not self._operators.include(req):
            raise Forbidden("Metrics are for the networks and the token in [observability].")
        return self._metrics.render()


class HealthPage:
    """`/health`."""

    def __init__(self, health: Health, operators: Operators) -> None:
        self._health, self._operators = health, operators

    @endpoint(summary="Health of every part", permission=ANONYMOUS, response=HealthOut, rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        """Run all checks; 503 when an essential one fails, 200 when merely degraded."""
        report = self._health.report()
        if not report.ready:
            resp.status = _UNAVAILABLE
        return shown(report, details=self._operators.include(req))


class Readiness:
    """`/health/readiness`."""

    def __init__(self, health: Health, operators: Operators) -> None:
        self._health, self._operators = health, operators

    @endpoint(summary="May it get traffic", permission=ANONYMOUS, response=HealthOut, rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        """Run the essential checks; 503 when one fails or the process is stopping."""
        report = self._health.readiness()
        if not report.ready:
            resp.status = _UNAVAILABLE
        return shown(report, details=self._operators.include(req))


class Liveness:
    """`/health/liveness`."""

    @endpoint(summary="Is the process alive", permission=ANONYMOUS, response=LivenessOut, rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:  # noqa: ARG002 - falcon's signature
        """Answer; touches nothing but the process itself."""
        return {"status": "ok"}


def shown(report: Report, *, details: bool) -> dict[str, Any]:
    """Return a report as it is answered; without details for who is no operator."""
    checks = [
        {"name": check.name, "ok": check.ok}
        | ({"detail": check.detail, "data": dict(check.data)} if details else {})
        for check in report.checks
    ]
    dropped = [{"plugin": name} | ({"detail": detail} if details else {}) for name, detail in report.dropped]
    return {"status": report.status, "checks": checks, "dropped": dropped}


def operator_routes(metrics: Metrics, health: Health, operators: Operators) -> Sequence[Route]:
    """Return the routes of this room, all at the root."""
    return [
        Route("/metrics", MetricsPage(metrics, operators), root=True),
        Route("/health", HealthPage(health, operators), root=True),
        Route("/health/liveness", Liveness(), root=True),
        Route("/health/readiness", Readiness(health, operators), root=True),
    ]

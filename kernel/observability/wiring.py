"""Makes one application observable; called once, by `kernel.assembly`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel.declarations import Route
from kernel.http.routing import path_of
from kernel.observability.health import Health
from kernel.observability.instruments import instrument
from kernel.observability.requests import RequestObserver, write_line
from kernel.observability.routes import Operators, operator_routes

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.redis import RedisLink


class Observability:
    """What the HTTP room needs of this one: an observer of requests, and the operators' routes."""

    def __init__(self, application: Application, link: RedisLink | None) -> None:
        """Instrument the rooms of an application whose parts are all made but HTTP."""
        settings = application.settings
        instrument(application, link)
        self.health = Health(application, link)
        owners = {path_of(route): plugin for plugin, route in application.registry.routes}
        log = settings.observability
        self.observe = RequestObserver(
            application.metrics, owners, write_line if log.access_log else None, json=log.log_format == "json"
        )
        operators = Operators(log, production=settings.kernel.environment == "production")
        self.routes: Sequence[Route] = operator_routes(application.metrics, self.health, operators)

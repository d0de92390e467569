"""OpenTelemetry: hook implementations only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.opentelemetry.settings import OpenTelemetrySettings
from kernel import hookimpl

if TYPE_CHECKING:
    from contrib.opentelemetry.tracing import Tracing
    from kernel import Application

_tracing: dict[int, Tracing] = {}


@hookimpl
def register_settings() -> type[OpenTelemetrySettings]:
    return OpenTelemetrySettings


@hookimpl
def startup(app: Application) -> None:
    from contrib.opentelemetry.tracing import Tracing  # noqa: PLC0415 - the extra may be missing

    _tracing[id(app)] = Tracing(app.settings.of(OpenTelemetrySettings))
    _tracing[id(app)].attach(app)


@hookimpl
def shutdown(app: Application) -> None:
    _tracing.pop(id(app)).detach(app)

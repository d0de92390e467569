"""Sentry: hook implementations only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.sentry.settings import SentrySettings
from kernel import hookimpl

if TYPE_CHECKING:
    from contrib.sentry.reporter import Reporter
    from kernel import Application

_reporters: dict[int, Reporter] = {}


@hookimpl
def register_settings() -> type[SentrySettings]:
    return SentrySettings


@hookimpl
def startup(app: Application) -> None:
    from contrib.sentry.reporter import Reporter  # noqa: PLC0415 - the extra may be missing

    _reporters[id(app)] = Reporter(app.settings)
    _reporters[id(app)].attach()


@hookimpl
def shutdown(app: Application) -> None:
    _reporters.pop(id(app)).detach()

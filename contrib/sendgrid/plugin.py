"""SendGrid: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.sendgrid.configuration import provider
from contrib.sendgrid.resources import ROUTES
from contrib.sendgrid.settings import SendgridSettings
from kernel import Route, Service, hookimpl
from plugins.notifications.api import EmailProvider

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[SendgridSettings]:
    return SendgridSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(EmailProvider, provider, name="sendgrid")]


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def startup(app: Application) -> None:
    app.service(EmailProvider, "sendgrid")  # type: ignore[type-abstract]  # mypy #4717

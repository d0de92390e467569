"""Web Push: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.webpush.commands import COMMANDS
from contrib.webpush.configuration import provider, vapid
from contrib.webpush.resources import ROUTES
from contrib.webpush.settings import WebpushSettings
from contrib.webpush.vapid import Vapid
from kernel import Route, Service, hookimpl
from plugins.notifications.api import PushProvider

if TYPE_CHECKING:
    import click

    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[WebpushSettings]:
    return WebpushSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Vapid, vapid), Service(PushProvider, provider, name="webpush")]


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_commands(settings: Settings) -> Sequence[click.Command]:
    return COMMANDS


@hookimpl
def startup(app: Application) -> None:
    app.service(PushProvider, "webpush")  # type: ignore[type-abstract]  # mypy #4717

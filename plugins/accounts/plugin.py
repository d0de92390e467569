"""Accounts: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Role, Route, Service, hookimpl
from plugins.accounts import figures, hookspecs, moderation, provider_tokens
from plugins.accounts.admin import PAGES
from plugins.accounts.commands import COMMANDS
from plugins.accounts.demo import load
from plugins.accounts.events import EVENTS, PUBLIC
from plugins.accounts.models import MODELS
from plugins.accounts.notices import TYPES, recipient
from plugins.accounts.permissions import PERMISSIONS
from plugins.accounts.provider_tokens import TokenProviders
from plugins.accounts.providers import Providers, collected
from plugins.accounts.resources import ROUTES
from plugins.accounts.services import external_tokens
from plugins.accounts.services.erasure import erase_own, export_own
from plugins.accounts.services.links import check_origin
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.tasks import TASKS

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import Application, Principal, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType, Recipient


@hookimpl
def register_settings() -> type[AccountsSettings]:
    return AccountsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Providers, collected), Service(TokenProviders, provider_tokens.collected)]


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_permissions(settings: Settings) -> Sequence[Permission | Role]:
    return PERMISSIONS


@hookimpl
def register_events(settings: Settings) -> Sequence[type[Any]]:
    return EVENTS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    return PAGES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def register_commands(settings: Settings) -> Sequence[click.Command]:
    return COMMANDS


@hookimpl
def startup(app: Application) -> None:
    kernel = app.settings.kernel
    check_origin(kernel.environment, kernel.public_url, app.settings.of(AccountsSettings))
    app.service(Providers)
    app.service(TokenProviders)


@hookimpl
def authenticate(app: Application, headers: Mapping[str, str]) -> Principal | None:
    return external_tokens.principal(headers)


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    return load(app, progress)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export_own(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase_own(user_id)


@hookimpl(optionalhook=True)
def notifications_types() -> Sequence[NotificationType]:
    return TYPES


@hookimpl(optionalhook=True)
def notifications_recipient(user_id: UUID) -> Recipient | None:
    return recipient(user_id)


@hookimpl(optionalhook=True)
def moderation_types() -> Sequence[Mapping[str, Any]]:
    return [moderation.kind()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return [(event, ("user_id",), "accounts:read") for event in PUBLIC]


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]

"""Webhooks: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import Permission, Role, Route, Service, hookimpl
from plugins.webhooks import hookspecs
from plugins.webhooks.admin import PAGES
from plugins.webhooks.catalogue import Catalogue, collected
from plugins.webhooks.demo import load
from plugins.webhooks.events import EVENTS
from plugins.webhooks.models import MODELS
from plugins.webhooks.notices import TYPES
from plugins.webhooks.permissions import PERMISSIONS
from plugins.webhooks.readiness import prepare
from plugins.webhooks.resources import ROUTES
from plugins.webhooks.services.personal import erase, export
from plugins.webhooks.settings import WebhooksSettings
from plugins.webhooks.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import AdminPage, Application, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[WebhooksSettings]:
    return WebhooksSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Catalogue, collected, checked=True)]


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
def startup(app: Application) -> None:
    prepare(app)


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> None:
    load(app, progress)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase(user_id)


@hookimpl(optionalhook=True)
def notifications_types() -> Sequence[NotificationType]:
    return TYPES


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return [(event, ("owner_id",), "") for event in EVENTS]

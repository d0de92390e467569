"""Subscriptions: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Role, Route, Service, hookimpl
from plugins.subscriptions import hookspecs
from plugins.subscriptions.admin import PAGES
from plugins.subscriptions.demo import load
from plugins.subscriptions.events import EVENTS, PUBLIC
from plugins.subscriptions.models import MODELS
from plugins.subscriptions.notices import TYPES
from plugins.subscriptions.permissions import PERMISSIONS
from plugins.subscriptions.plans import Plans, plans_of
from plugins.subscriptions.resources import ROUTES
from plugins.subscriptions.services.personal import erase, export
from plugins.subscriptions.settings import SubscriptionsSettings
from plugins.subscriptions.tasks import TASKS
from plugins.subscriptions.values import Meters, meters_of

if TYPE_CHECKING:
    import peewee

    from kernel import Application, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[SubscriptionsSettings]:
    return SubscriptionsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Plans, plans_of, checked=True), Service(Meters, meters_of)]


@hookimpl
def register_models(settings: Settings) -> Sequence[type[peewee.Model]]:
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
def demo_data(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    return load(app, progress)


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
    return PUBLIC

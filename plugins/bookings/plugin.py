"""Bookings: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, Permission, Role, Route, hookimpl
from plugins.bookings import figures, hookspecs, invoicing, queries
from plugins.bookings.admin import PAGES
from plugins.bookings.demo import load
from plugins.bookings.events import EVENTS
from plugins.bookings.models import MODELS
from plugins.bookings.notices import TYPES
from plugins.bookings.permissions import MANAGE, PERMISSIONS
from plugins.bookings.realtime import NAMESPACES
from plugins.bookings.resources import ROUTES
from plugins.bookings.services.personal import erase, export
from plugins.bookings.settings import BookingsSettings
from plugins.bookings.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Namespace, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[BookingsSettings]:
    return BookingsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


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
def register_realtime(settings: Settings) -> Sequence[Namespace]:
    return NAMESPACES


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
    return [(event, ("customer_id", "provider_id"), MANAGE) for event in EVENTS]


@hookimpl(optionalhook=True)
def reviews_transactions(ref: str) -> Mapping[str, Any] | None:
    return queries.transaction(ref)


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]


@hookimpl(optionalhook=True)
def invoices_sources() -> Sequence[Mapping[str, Any]]:
    return [invoicing.source()]

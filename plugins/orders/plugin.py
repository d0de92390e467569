"""Orders: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, Permission, Role, Route, Service, hookimpl
from plugins.orders import figures, hookspecs, invoicing, numbers
from plugins.orders.admin import PAGES
from plugins.orders.demo import completed, load
from plugins.orders.events import EVENTS, PUBLIC
from plugins.orders.models import MODELS
from plugins.orders.notices import TYPES
from plugins.orders.permissions import PERMISSIONS
from plugins.orders.realtime import NAMESPACES
from plugins.orders.resources import ROUTES
from plugins.orders.reviewing import transaction
from plugins.orders.services.personal import erase, export
from plugins.orders.settings import OrdersSettings
from plugins.orders.states import Machine, machine_of
from plugins.orders.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Namespace, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[OrdersSettings]:
    return OrdersSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    numbers.check(settings.of(OrdersSettings).number)
    return [Service(Machine, machine_of, checked=True)]


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
def reviews_transactions(ref: str) -> Mapping[str, Any] | None:
    return transaction(ref)


@hookimpl(optionalhook=True)
def reviews_demo() -> Sequence[str]:
    return completed()


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC


@hookimpl(optionalhook=True)
def invoices_sources() -> Sequence[Mapping[str, Any]]:
    return [invoicing.source()]

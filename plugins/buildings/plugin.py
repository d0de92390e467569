"""Buildings: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Role, Route, hookimpl
from plugins.buildings import admin, figures, queries
from plugins.buildings.demo import load, sellers
from plugins.buildings.events import EVENTS, PUBLIC
from plugins.buildings.models import MODELS
from plugins.buildings.notices import TYPES
from plugins.buildings.permissions import PERMISSIONS
from plugins.buildings.resources import ROUTES
from plugins.buildings.services import guards, verifying
from plugins.buildings.services.personal import erase, export
from plugins.buildings.settings import BuildingsSettings
from plugins.buildings.subscribers import SUBSCRIBERS
from plugins.buildings.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Principal, Schedule, Settings, Subscriber, Task
    from plugins.notifications.api import NotificationType
    from plugins.verification.api import Kind


@hookimpl
def register_settings() -> type[BuildingsSettings]:
    return BuildingsSettings


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
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    return admin.PAGES


@hookimpl(optionalhook=True)
def admin_scopes(scopes: Collection[str] | None, q: str, limit: int) -> Mapping[str, str]:
    return admin.scopes(scopes, q, limit)


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
def verification_kinds() -> Sequence[Kind]:
    return verifying.kinds()


@hookimpl(optionalhook=True)
def categories_shown(scope: str) -> Collection[UUID] | None:
    return queries.shown_categories(scope)


@hookimpl(optionalhook=True)
def listings_closed_scopes(scopes: Collection[str]) -> Collection[str]:
    return guards.closed(scopes)


@hookimpl(optionalhook=True)
def listings_demo_sellers() -> Mapping[str, Sequence[UUID]]:
    return sellers()


@hookimpl(optionalhook=True)
def orders_demo() -> Mapping[str, Sequence[UUID]]:
    return sellers()


@hookimpl(optionalhook=True)
def orders_guard_place(draft: Any) -> None:
    guards.placement(draft)


@hookimpl(optionalhook=True)
def bookings_guard(ref: str, service: Mapping[str, Any], customer: Principal) -> None:
    guards.booking(service, customer)


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return figures.sources()


@hookimpl(optionalhook=True)
def dashboards_titles(refs: Sequence[str]) -> Mapping[str, str]:
    return figures.titles(refs)


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC

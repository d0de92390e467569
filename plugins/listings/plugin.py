"""Listings: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Principal, Role, Route, Service, hookimpl
from plugins.listings import booking, categories_in_use, figures, hookspecs, moderation, ordering
from plugins.listings.admin import PAGES
from plugins.listings.demo import load, services
from plugins.listings.events import EVENTS
from plugins.listings.models import MODELS
from plugins.listings.notices import TYPES
from plugins.listings.permissions import MODERATE, PERMISSIONS
from plugins.listings.resources import routes
from plugins.listings.services.indexing import kind
from plugins.listings.services.personal import erase, export
from plugins.listings.services.views import Noted
from plugins.listings.settings import ListingsSettings
from plugins.listings.subscribers import SUBSCRIBERS
from plugins.listings.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Subscriber, Task
    from plugins.notifications.api import NotificationType
    from plugins.search.api import SearchKind


@hookimpl
def register_settings() -> type[ListingsSettings]:
    return ListingsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Noted, lambda _: Noted())]


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
    return routes(settings.of(ListingsSettings).list_cache)


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
def search_kinds() -> Sequence[SearchKind]:
    return [kind()]


@hookimpl(optionalhook=True)
def categories_used(ids: Collection[UUID]) -> Collection[UUID]:
    return categories_in_use.used(ids)


@hookimpl(optionalhook=True)
def categories_reassign(category_id: UUID, to_id: UUID) -> None:
    categories_in_use.reassign(category_id, to_id)


@hookimpl(optionalhook=True)
def moderation_types() -> Sequence[Mapping[str, Any]]:
    return [moderation.kind()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return [(event, ("seller_id",), MODERATE) for event in EVENTS]


@hookimpl(optionalhook=True)
def orders_resolve(refs: Sequence[str], buyer: Principal) -> Mapping[str, Any]:
    return ordering.resolve(refs, buyer)


@hookimpl(optionalhook=True)
def orders_reserve(lines: Sequence[Any]) -> None:
    ordering.reserve(lines)


@hookimpl(optionalhook=True)
def orders_release(lines: Sequence[Any]) -> None:
    ordering.release(lines)


@hookimpl(optionalhook=True)
def bookings_resolve(refs: Sequence[str], viewer: Principal) -> Mapping[str, Any]:
    return booking.resolve(refs, viewer)


@hookimpl(optionalhook=True)
def bookings_demo() -> Sequence[str]:
    return services()


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]


@hookimpl(optionalhook=True)
def dashboards_titles(refs: Sequence[str]) -> Mapping[str, str]:
    return figures.titles(refs)


@hookimpl(optionalhook=True)
def dashboards_seller_figures(seller_id: UUID) -> Mapping[str, int]:
    return figures.of_seller(seller_id)

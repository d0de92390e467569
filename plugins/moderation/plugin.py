"""Moderation: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, Permission, Role, Route, Service, hookimpl
from plugins.moderation import hookspecs, ordering
from plugins.moderation.admin import PAGES
from plugins.moderation.demo import load
from plugins.moderation.events import EVENTS, PUBLIC
from plugins.moderation.kinds import Types
from plugins.moderation.models import MODELS
from plugins.moderation.notices import TYPES
from plugins.moderation.permissions import PERMISSIONS
from plugins.moderation.resources import ROUTES
from plugins.moderation.rules import Rules
from plugins.moderation.services.personal import erase, export
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.subscribers import SUBSCRIBERS, watch
from plugins.moderation.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Principal, Schedule, Settings, Subscriber, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[ModerationSettings]:
    return ModerationSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Types, Types.of, checked=True), Service(Rules, Rules.of, checked=True)]


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
    return PAGES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def startup(app: Application) -> None:
    app.service(Types)
    watch(app)  # which events there are to watch is known when every plugin is loaded


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
def orders_guard_place(draft: Any) -> None:
    ordering.guard(draft.seller_ids)


@hookimpl(optionalhook=True)
def bookings_guard(ref: str, service: Mapping[str, Any], customer: Principal) -> None:
    ordering.guard([service["provider_id"]], "Book with somebody else.")


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC

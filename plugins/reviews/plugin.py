"""Reviews: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Role, Route, Subscriber, hookimpl
from plugins.reviews import figures, hookspecs, moderation
from plugins.reviews.admin import PAGES
from plugins.reviews.commands import COMMANDS
from plugins.reviews.demo import load
from plugins.reviews.events import EVENTS, PUBLIC
from plugins.reviews.models import MODELS
from plugins.reviews.notices import TYPES
from plugins.reviews.permissions import PERMISSIONS
from plugins.reviews.resources import ROUTES
from plugins.reviews.services.personal import erase, export
from plugins.reviews.settings import ReviewsSettings
from plugins.reviews.subscribers import SUBSCRIBERS
from plugins.reviews.tasks import TASKS

if TYPE_CHECKING:
    import click
    import peewee

    from kernel import Application, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[ReviewsSettings]:
    return ReviewsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


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
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def register_commands() -> Sequence[click.Command]:
    return COMMANDS


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


@hookimpl(optionalhook=True)
def moderation_types() -> Sequence[Mapping[str, Any]]:
    return [moderation.kind()]


@hookimpl(optionalhook=True)
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]

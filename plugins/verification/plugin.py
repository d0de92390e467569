"""Verification: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, Permission, Role, Route, Service, hookimpl
from plugins.verification import figures, hookspecs
from plugins.verification.admin import PAGES
from plugins.verification.demo import load
from plugins.verification.events import EVENTS, PUBLIC
from plugins.verification.kinds import Kinds
from plugins.verification.models import MODELS
from plugins.verification.notices import TYPES
from plugins.verification.permissions import PERMISSIONS
from plugins.verification.resources import ROUTES
from plugins.verification.services.personal import erase, export
from plugins.verification.settings import VerificationSettings
from plugins.verification.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[VerificationSettings]:
    return VerificationSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Kinds, Kinds.of, checked=True)]


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
    app.service(Kinds)  # a step that nobody defined stops the start, not a request


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
def dashboards_sources() -> Sequence[Mapping[str, Any]]:
    return [figures.source()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC

"""Notifications: hook implementations only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, HealthCheck, Namespace, Permission, Role, Route, Service, hookimpl
from plugins.notifications import hookspecs
from plugins.notifications.admin import PAGES
from plugins.notifications.catalogue import Catalogue, collected
from plugins.notifications.events import EVENTS
from plugins.notifications.kinds import NotificationType
from plugins.notifications.mailbox import Mailbox
from plugins.notifications.models import MODELS
from plugins.notifications.own_types import TYPES
from plugins.notifications.permissions import PERMISSIONS
from plugins.notifications.ports import EmailProvider, PushProvider, SmsProvider
from plugins.notifications.providers import MAILBOX, DeliveryProviders
from plugins.notifications.readiness import checked, prepare
from plugins.notifications.realtime import NAMESPACES
from plugins.notifications.resources import routes
from plugins.notifications.services.housekeeping import erase_own, export_own
from plugins.notifications.settings import NotificationsSettings
from plugins.notifications.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[NotificationsSettings]:
    return NotificationsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    ports = (EmailProvider, SmsProvider, PushProvider)
    mailboxes = [Service(port, Mailbox, name=MAILBOX) for port in ports]
    return [
        Service(Catalogue, collected, checked=True),
        Service(DeliveryProviders, DeliveryProviders),
        *mailboxes,
    ]


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
    return routes(production=settings.kernel.environment == "production")


@hookimpl
def register_realtime(settings: Settings) -> Sequence[Namespace]:
    return NAMESPACES


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
def health(app: Application) -> Sequence[HealthCheck]:
    return checked(app)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export_own(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase_own(user_id)


@hookimpl
def notifications_types() -> Sequence[NotificationType]:
    return TYPES

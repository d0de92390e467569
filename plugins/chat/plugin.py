"""Chat: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import Permission, Role, Route, hookimpl
from plugins.chat import hookspecs, moderation
from plugins.chat.demo import load
from plugins.chat.events import EVENTS, PUBLIC
from plugins.chat.models import MODELS
from plugins.chat.notices import TYPES
from plugins.chat.permissions import PERMISSIONS
from plugins.chat.queries import contacts
from plugins.chat.realtime import CHAT
from plugins.chat.resources import ROUTES
from plugins.chat.services.personal import erase, export
from plugins.chat.settings import ChatSettings
from plugins.chat.subscribers import SUBSCRIBERS
from plugins.chat.tasks import TASKS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Namespace, Schedule, Settings, Subscriber, Task
    from plugins.notifications.api import NotificationType


@hookimpl
def register_settings() -> type[ChatSettings]:
    return ChatSettings


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
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_realtime(settings: Settings) -> Sequence[Namespace]:
    return (CHAT,)


@hookimpl
def register_events(settings: Settings) -> Sequence[type[Any]]:
    return EVENTS


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
def accounts_contacts(user_id: UUID, others: Collection[UUID]) -> Collection[UUID]:
    return contacts.counting(user_id, others)


@hookimpl(optionalhook=True)
def moderation_types() -> Sequence[Mapping[str, Any]]:
    return [moderation.kind()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC

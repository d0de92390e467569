"""Presence: hook implementations only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import Namespace, Route, Service, hookimpl
from plugins.presence import hookspecs, queries, services
from plugins.presence.announcing import CHANNEL
from plugins.presence.models import MODELS
from plugins.presence.realtime import NAMESPACES
from plugins.presence.resources import ROUTES
from plugins.presence.settings import PresenceSettings
from plugins.presence.subscribers import SUBSCRIBERS
from plugins.presence.tasks import TASKS
from plugins.presence.transitions import Transitions
from plugins.presence.watching import Watch

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Subscriber, Task


@hookimpl
def register_settings() -> type[PresenceSettings]:
    return PresenceSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Watch, Watch), Service(Transitions, Transitions)]


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_realtime(settings: Settings) -> Sequence[Namespace]:
    return NAMESPACES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def startup(app: Application) -> None:
    app.realtime.on_presence(lambda user_id, online: app.service(Transitions).note(user_id, online))
    app.listener.on(CHANNEL, lambda payload: app.service(Watch).heard(payload))


@hookimpl
def shutdown(app: Application) -> None:
    app.service(Transitions).stop()


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return queries.export(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    services.erase(user_id)


@hookimpl(optionalhook=True)
def notifications_undisturbed(user_ids: Collection[UUID]) -> Collection[UUID]:
    return queries.undisturbed(user_ids)

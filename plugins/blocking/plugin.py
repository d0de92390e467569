"""Blocking: hook implementations only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import Route, hookimpl
from plugins.blocking import queries, services
from plugins.blocking.events import EVENTS
from plugins.blocking.models import MODELS
from plugins.blocking.resources import ROUTES
from plugins.blocking.settings import BlockingSettings
from plugins.blocking.subscribers import SUBSCRIBERS

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Settings, Subscriber


@hookimpl
def register_settings() -> type[BlockingSettings]:
    return BlockingSettings


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


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
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return queries.export(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    services.forget(user_id)


@hookimpl(optionalhook=True)
def accounts_unfindable(viewer: UUID) -> Collection[UUID]:
    return queries.blockers_of(viewer)


@hookimpl(optionalhook=True)
def chat_may_message(sender: UUID, recipients: Collection[UUID]) -> Collection[UUID]:
    return services.kept_apart(sender, recipients)


@hookimpl(optionalhook=True)
def listings_hidden_sellers(viewer: UUID) -> Collection[UUID]:
    return queries.hidden_from(viewer)


@hookimpl(optionalhook=True)
def presence_hidden(pairs: Collection[tuple[UUID, UUID]]) -> Collection[tuple[UUID, UUID]]:
    return queries.blocked_pairs(pairs)

"""Reactions: to what people publish, which rules look at, and to standings changed elsewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kernel import Delivery, Subscriber
from plugins.accounts.api import StatusChanged
from plugins.moderation.kinds import ModeratableType, Types
from plugins.moderation.rules import Rules
from plugins.moderation.services import reporting, standings

if TYPE_CHECKING:
    from kernel import Application


def watch(app: Application) -> None:
    """Have the rules look at what kinds say is worth it; nothing is subscribed to without a rule."""
    if not list(app.service(Rules)):
        return
    for type_ in app.service(Types):
        for event, field in type_.watches.items():
            app.bus.subscribe(
                Subscriber(
                    event,
                    partial(_look, type_, field),
                    name=f"moderation.{type_.kind}.{event}",
                    optional=True,
                )
            )


def _look(type_: ModeratableType, field: str, delivery: Delivery) -> None:
    reporting.look_at(type_, getattr(delivery.event, field))


def follow_standing(delivery: Delivery) -> None:
    """Let go of the sanctions of somebody an administrator reactivated; inline, so at its commit."""
    if delivery.event.status == "active":
        standings.lifted_elsewhere(delivery.event.user_id)


SUBSCRIBERS = (Subscriber(StatusChanged, follow_standing, name="moderation.follow_standing", inline=True),)

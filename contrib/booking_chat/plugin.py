"""A conversation for each booking: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.booking_chat.resources import ROUTES
from contrib.booking_chat.subscribers import SUBSCRIBERS
from kernel import Route, hookimpl

if TYPE_CHECKING:
    from kernel import Settings, Subscriber


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES

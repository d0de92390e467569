"""Webclient: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import DemoNotes, Route, hookimpl
from plugins.webclient.resources import ROUTES
from plugins.webclient.settings import WebclientSettings

if TYPE_CHECKING:
    from kernel import Settings


@hookimpl
def register_settings() -> type[WebclientSettings]:
    return WebclientSettings


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def demo_data() -> DemoNotes:
    who = "buys and sells in the browser at /app"
    return DemoNotes(logins=(("user2@demo.stoa", "stoa-demo-1", who),))

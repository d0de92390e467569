"""Webclient: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import Route, hookimpl
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

"""Welcome: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import Route, hookimpl
from plugins.welcome.resources import ROUTES

if TYPE_CHECKING:
    from kernel import Settings


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES

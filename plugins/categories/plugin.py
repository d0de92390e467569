"""Categories: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kernel import Permission, Role, Route, hookimpl
from plugins.categories import hookspecs
from plugins.categories.admin import PAGES
from plugins.categories.demo import load
from plugins.categories.events import EVENTS
from plugins.categories.models import MODELS
from plugins.categories.permissions import PERMISSIONS
from plugins.categories.resources import ROUTES
from plugins.categories.settings import CategoriesSettings

if TYPE_CHECKING:
    from peewee import Model

    from kernel import AdminPage, Application, Settings


@hookimpl
def register_settings() -> type[CategoriesSettings]:
    return CategoriesSettings


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
def register_events(settings: Settings) -> Sequence[type[Any]]:
    return EVENTS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    return PAGES


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> None:
    load(progress)

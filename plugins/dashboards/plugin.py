"""Dashboards: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, DemoNotes, Permission, Role, Route, Service, hookimpl
from plugins.dashboards import hookspecs
from plugins.dashboards.admin import PAGES
from plugins.dashboards.commands import COMMANDS
from plugins.dashboards.demo import load
from plugins.dashboards.models import MODELS
from plugins.dashboards.permissions import PERMISSIONS
from plugins.dashboards.resources import ROUTES
from plugins.dashboards.services.personal import export
from plugins.dashboards.settings import DashboardsSettings
from plugins.dashboards.sources import Sources, collected
from plugins.dashboards.subscribers import subscribe
from plugins.dashboards.tasks import TASKS

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[DashboardsSettings]:
    return DashboardsSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Sources, collected, checked=True)]


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_permissions(settings: Settings) -> Sequence[Permission | Role]:
    return PERMISSIONS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    return PAGES


@hookimpl
def register_commands(settings: Settings) -> Sequence[click.Command]:
    return COMMANDS


@hookimpl
def startup(app: Application) -> None:
    subscribe(app)


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    return load(progress)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export(user_id)

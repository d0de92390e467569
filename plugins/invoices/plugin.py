"""Invoices: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import DemoNotes, Permission, Role, Route, Service, hookimpl
from plugins.invoices import hookspecs
from plugins.invoices.admin import PAGES
from plugins.invoices.commands import COMMANDS
from plugins.invoices.demo import load
from plugins.invoices.events import EVENTS, PUBLIC
from plugins.invoices.models import MODELS
from plugins.invoices.permissions import PERMISSIONS
from plugins.invoices.resources import ROUTES
from plugins.invoices.services import numbering
from plugins.invoices.services.personal import erase, export
from plugins.invoices.settings import InvoicesSettings
from plugins.invoices.sources import Sources, collected
from plugins.invoices.subscribers import subscribe
from plugins.invoices.tasks import TASKS

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import AdminPage, Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[InvoicesSettings]:
    return InvoicesSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    numbering.check(settings.of(InvoicesSettings))
    return [Service(Sources, collected, checked=True)]


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
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


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


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase(user_id)


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC

"""Search: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from kernel import Route, Service, hookimpl
from plugins.search import hookspecs
from plugins.search.commands import COMMANDS
from plugins.search.kinds import Kinds, collected
from plugins.search.models import MODELS
from plugins.search.port import SearchBackend
from plugins.search.postgres import postgres_search
from plugins.search.resources import ROUTES
from plugins.search.settings import SearchSettings
from plugins.search.starting import check
from plugins.search.tasks import TASKS

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[SearchSettings]:
    return SearchSettings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [
        Service(Kinds, collected, checked=True),
        Service(SearchBackend, postgres_search, name="postgresql"),
    ]


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_tasks(settings: Settings) -> Sequence[Task | Schedule]:
    return TASKS


@hookimpl
def register_commands(settings: Settings) -> Sequence[click.Command]:
    return COMMANDS


@hookimpl
def startup(app: Application) -> None:
    check(app)

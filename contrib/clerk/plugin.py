"""Clerk: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.clerk.configuration import check_settings, providers
from contrib.clerk.models import MODELS
from contrib.clerk.resources import ROUTES
from contrib.clerk.settings import ClerkSettings
from contrib.clerk.tasks import TASKS
from kernel import Route, hookimpl

if TYPE_CHECKING:
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task
    from plugins.accounts.api import TokenProvider


@hookimpl
def register_settings() -> type[ClerkSettings]:
    return ClerkSettings


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
def startup(app: Application) -> None:
    check_settings(app)


@hookimpl(optionalhook=True)
def accounts_token_providers(app: Application) -> Sequence[TokenProvider]:
    return providers(app)

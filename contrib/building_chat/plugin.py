"""Conversations for each building: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.building_chat.commands import COMMANDS
from contrib.building_chat.models import MODELS
from contrib.building_chat.resources import ROUTES
from contrib.building_chat.subscribers import SUBSCRIBERS
from kernel import Route, hookimpl

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import Settings, Subscriber


@hookimpl
def register_models(settings: Settings) -> Sequence[type[Model]]:
    return MODELS


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_commands(settings: Settings) -> Sequence[click.Command]:
    return COMMANDS

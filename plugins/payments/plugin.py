"""Payments: hook implementations only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import AdminPage, HealthCheck, Permission, Role, Route, Service, hookimpl
from plugins.payments import figures, gateways, invoicing, readiness
from plugins.payments.admin import PAGES
from plugins.payments.commands import COMMANDS
from plugins.payments.events import EVENTS, PUBLIC
from plugins.payments.models import MODELS
from plugins.payments.permissions import PERMISSIONS
from plugins.payments.ports import PaymentGateway
from plugins.payments.resources import ROUTES
from plugins.payments.services.personal import erase, export
from plugins.payments.settings import PaymentsSettings
from plugins.payments.tasks import TASKS
from plugins.payments.test_gateway import TestGateway

if TYPE_CHECKING:
    import click
    from peewee import Model

    from kernel import Application, Schedule, Settings, Task


@hookimpl
def register_settings() -> type[PaymentsSettings]:
    return PaymentsSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(PaymentGateway, lambda _: TestGateway(), name=gateways.TEST)]


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
    gateways.check(app)


@hookimpl
def health(app: Application) -> HealthCheck:
    return readiness.checked(app)


@hookimpl
def export_personal_data(app: Application, user_id: UUID) -> Mapping[str, Any]:
    return export(user_id)


@hookimpl
def erase_personal_data(app: Application, user_id: UUID) -> None:
    erase(user_id)


@hookimpl(optionalhook=True)
def dashboards_refunds() -> Sequence[Mapping[str, Any]]:
    return [figures.refunds()]


@hookimpl(optionalhook=True)
def webhooks_events() -> Sequence[tuple[type, Sequence[str], str]]:
    return PUBLIC


@hookimpl(optionalhook=True)
def invoices_settlements() -> Sequence[Mapping[str, Any]]:
    return [invoicing.settlements()]

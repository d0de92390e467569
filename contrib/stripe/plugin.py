"""Stripe: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.stripe.configuration import gateway
from contrib.stripe.settings import StripeSettings
from kernel import Service, hookimpl
from plugins.payments.api import PaymentGateway

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[StripeSettings]:
    return StripeSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(PaymentGateway, gateway, name="stripe")]


@hookimpl
def startup(app: Application) -> None:
    app.service(PaymentGateway, "stripe")  # type: ignore[type-abstract]  # mypy #4717

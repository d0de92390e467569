"""PayPal: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.paypal.configuration import gateway
from contrib.paypal.settings import PaypalSettings
from kernel import Service, hookimpl
from plugins.payments.api import PaymentGateway

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[PaypalSettings]:
    return PaypalSettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(PaymentGateway, gateway, name="paypal")]


@hookimpl
def startup(app: Application) -> None:
    app.service(PaymentGateway, "paypal")  # type: ignore[type-abstract]  # mypy #4717

"""Razorpay: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.razorpay.configuration import gateway
from contrib.razorpay.settings import RazorpaySettings
from kernel import Service, hookimpl
from plugins.payments.api import PaymentGateway

if TYPE_CHECKING:
    from kernel import Application, Settings


@hookimpl
def register_settings() -> type[RazorpaySettings]:
    return RazorpaySettings


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(PaymentGateway, gateway, name="razorpay")]


@hookimpl
def startup(app: Application) -> None:
    app.service(PaymentGateway, "razorpay")  # type: ignore[type-abstract]  # mypy #4717

"""Payments of orders: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.order_payments import services
from contrib.order_payments.resources import ROUTES
from contrib.order_payments.settings import OrderPaymentsSettings
from contrib.order_payments.states import transitions
from contrib.order_payments.subscribers import SUBSCRIBERS
from kernel import Route, app, hookimpl
from plugins.orders.api import OrderCard, PaymentDemand, Transition

if TYPE_CHECKING:
    from kernel import Settings, Subscriber


@hookimpl
def register_settings() -> type[OrderPaymentsSettings]:
    return OrderPaymentsSettings


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl(optionalhook=True)
def orders_payment(order: OrderCard) -> PaymentDemand | None:
    return services.demanded(order)


@hookimpl(optionalhook=True)
def orders_states() -> Sequence[Transition]:
    return transitions(app.settings.of(OrderPaymentsSettings).dispute_days)

"""Payments of orders: hook implementations only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from contrib.order_payments import services
from contrib.order_payments.demo import load
from contrib.order_payments.resources import ROUTES
from contrib.order_payments.settings import OrderPaymentsSettings
from contrib.order_payments.states import transitions
from contrib.order_payments.subscribers import SUBSCRIBERS
from kernel import Route, hookimpl
from kernel import app as running
from plugins.orders.api import OrderCard, PaymentDemand, Transition

if TYPE_CHECKING:
    from kernel import Application, Settings, Subscriber


@hookimpl
def register_settings() -> type[OrderPaymentsSettings]:
    return OrderPaymentsSettings


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def demo_data(app: Application, progress: Callable[[int, int], None]) -> None:
    load(app, progress)


@hookimpl(optionalhook=True)
def orders_payment(order: OrderCard) -> PaymentDemand | None:
    return services.demanded(order)


@hookimpl(optionalhook=True)
def orders_states() -> Sequence[Transition]:
    return transitions(running.settings.of(OrderPaymentsSettings).dispute_days)

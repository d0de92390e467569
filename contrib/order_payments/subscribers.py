"""What happens to one is followed by the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final
from uuid import UUID

from contrib.order_payments import services
from contrib.order_payments.states import DISPUTED, OVER
from kernel import Delivery, Subscriber
from plugins.orders.api import OrderPlaced, OrderStatusChanged, orders
from plugins.payments.api import PaymentCaptured, PaymentExpired, PaymentRefunded


def _of_order(follow: Callable[[Delivery, UUID], None]) -> Callable[[Delivery], None]:
    """Call with the order a payment is for, and not for payments of other things."""

    @wraps(follow)
    def followed(delivery: Delivery) -> None:
        order_id = services.order_of(delivery.event.ref)
        if order_id is not None:
            follow(delivery, order_id)

    return followed


def make_due(delivery: Delivery) -> None:
    """Make the payment of a new order due, unless the buyer was faster or has gone."""
    order = orders([delivery.event.order_id]).get(delivery.event.order_id)
    if order is not None and order.status == "PENDING":
        services.due(order)


@_of_order
def confirm_order(delivery: Delivery, order_id: UUID) -> None:
    """Confirm what was paid."""
    services.paid(delivery.event.payment_id, order_id)


@_of_order
def cancel_order(delivery: Delivery, order_id: UUID) -> None:  # noqa: ARG001 - the signature of the table
    """Cancel what was not paid."""
    services.unpaid(order_id)


@_of_order
def note_refund(delivery: Delivery, order_id: UUID) -> None:
    """Note on the order that all of it was paid back."""
    if delivery.event.whole:
        services.refunded(order_id)


def give_back(delivery: Delivery) -> None:
    """Pay back what ends, or refuse that it ends; keep what is disputed before any clock may release it."""
    changed = delivery.event
    if changed.status in OVER:
        services.give_back(changed.order_id, f"The order is {changed.status}.")
    elif changed.status == DISPUTED:
        services.disputed(changed.order_id)


def follow_order(delivery: Delivery) -> None:
    """Hold, release, or let go what is not to be paid any more, as the order's status says."""
    changed = delivery.event
    if changed.status in OVER:
        services.over(changed.order_id, f"The order is {changed.status}.")
    elif changed.status == "COMPLETED":
        services.completed(changed.order_id, changed.by)
    elif changed.status == DISPUTED:  # held since it was said, but where an older process took it
        services.disputed(changed.order_id)


def _if_due(delivery: Delivery) -> None:
    if delivery.event.payment_due:
        make_due(delivery)


SUBSCRIBERS: Final = (
    Subscriber(OrderPlaced, _if_due, name="order_payments.make_due"),
    Subscriber(OrderStatusChanged, give_back, name="order_payments.give_back", inline=True),
    Subscriber(OrderStatusChanged, follow_order, name="order_payments.follow_order"),
    Subscriber(PaymentCaptured, confirm_order, name="order_payments.confirm_order"),
    Subscriber(PaymentExpired, cancel_order, name="order_payments.cancel_order"),
    Subscriber(PaymentRefunded, note_refund, name="order_payments.note_refund"),
)

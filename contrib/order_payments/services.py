"""An order and its payment: each follows the other, and neither knows of it.

The payment's `ref` is `order:<id>`. Making it due is repeatable, so it does not
matter whether the buyer asks first or the event comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contrib.order_payments.settings import OrderPaymentsSettings
from kernel import SYSTEM, NotFound, Principal, app
from plugins.orders import api as orders
from plugins.payments import api as payments

PREFIX: Final = "order:"
ACTOR: Final = "system"
_SPENT: Final = "The seller has spent what was paid; it can go back once their wallet holds it again."


def demanded(order: orders.OrderCard) -> orders.PaymentDemand | None:
    """Say that an order has to be paid, and until when; None for one that costs nothing."""
    if not order.total:
        return None
    return orders.PaymentDemand(url=f"/v1/order-payments/{order.id}", expires_at=_ends(order.placed_at))


def pay(order_id: UUID, buyer: Principal) -> payments.PaymentCard:
    """Return the payment of a buyer's order, made due if it is not yet; raise NotFound, PaymentDiffers."""
    order = orders.orders([order_id]).get(order_id)
    if order is None or buyer.id is None or order.buyer_id != buyer.id:
        raise NotFound
    if order.status == "PENDING" and order.payment_due:
        return due(order)
    known = of_order(order_id)
    if known is None:
        raise NotFound("There is nothing to pay.")
    return known


def due(order: orders.OrderCard, ends: datetime | None = None) -> payments.PaymentCard:
    """Make the payment of an order due; it is the same one however often it is asked for, and for good.

    `ends` (None: what the settings say) is when the time to pay is over.
    """
    split = payments.Split(
        order.seller_id, order.total.amount, min(order.commission.amount, order.total.amount)
    )
    return payments.demand(
        f"{PREFIX}{order.id}",
        order.buyer_id,
        [split],
        order.total.currency,
        order.number,
        escrow=app.settings.of(OrderPaymentsSettings).escrow,
        expires_at=ends or _ends(order.placed_at),
        once=True,
    )


def of_order(order_id: UUID) -> payments.PaymentCard | None:
    """Return the latest payment of an order; None when it has none."""
    return payments.of_refs([f"{PREFIX}{order_id}"]).get(f"{PREFIX}{order_id}")


def order_of(ref: str) -> UUID | None:
    """Return which order a payment is for; None when it is for something else."""
    return UUID(ref.removeprefix(PREFIX)) if ref.startswith(PREFIX) else None


def paid(payment_id: UUID, order_id: UUID) -> None:
    """Confirm an order that was paid; one that was cancelled meanwhile is paid back."""
    try:
        with app.db.atomic():
            if orders.confirm_paid(order_id).status == "CONFIRMED":
                payments.freeze(payment_id)  # the order's clock releases it, not that of payments
    except (orders.OrderStatus, NotFound):
        _pay_back(payment_id, "The order had been cancelled.")


def unpaid(order_id: UUID) -> None:
    """Cancel an order nobody paid in time, unless it was decided about otherwise."""
    _step(order_id, "cancel", "It was not paid in time.")


def refunded(order_id: UUID) -> None:
    """Note that all of an order was paid back; the order may have been what asked for it."""
    _step(order_id, "refund", "The payment was refunded.")


def give_back(order_id: UUID, reason: str) -> None:
    """Give back what was paid for an order as it ends, in the transaction that ends it.

    So an order never says that it was paid back when its seller has spent the money:
    raises InsufficientFunds, and the order stays what it was.
    """
    payment = of_order(order_id)
    if payment is not None and payment.captured_at is not None:
        try:
            _pay_back(payment.id, reason)
        except payments.InsufficientFunds as ex:
            raise payments.InsufficientFunds(_SPENT) from ex


def over(order_id: UUID, reason: str) -> None:
    """Give back what was paid for an order that is over; what was not paid is not to be any more."""
    payment = of_order(order_id)
    if payment is None:
        return
    if payment.is_open:
        payments.cancel(payment.id, ACTOR, reason)
    elif payment.captured_at is not None:
        _pay_back(payment.id, reason)


def completed(order_id: UUID, by: str) -> None:
    """Hand what is held to the seller; where nobody said that all is well, once it cannot be disputed."""
    payment = of_order(order_id)
    if payment is None or payment.captured_at is None:
        return
    days = app.settings.of(OrderPaymentsSettings).dispute_days
    if by == "system" and days:
        card = orders.orders([order_id])[order_id]
        if card.status == "COMPLETED" and card.completed_at is not None:
            payments.release_at(payment.id, card.completed_at + timedelta(days=days))
        return
    payments.freeze(payment.id, frozen=False)
    payments.release(payment.id, ACTOR, "The order is completed.")


def disputed(order_id: UUID) -> None:
    """Keep what is held until the dispute is decided."""
    payment = of_order(order_id)
    if payment is not None:
        payments.freeze(payment.id)


def _pay_back(payment_id: UUID, reason: str) -> None:
    try:
        with app.db.atomic():
            payments.refund(payment_id, None, ACTOR, reason)
    except payments.RefundExceeds:  # nothing is left: it went back before
        return


def _step(order_id: UUID, name: str, reason: str) -> None:
    try:
        with app.db.atomic():
            orders.change_status(order_id, name, actor=SYSTEM, reason=reason)
    except (orders.OrderStatus, NotFound):  # it was decided about otherwise, or is gone
        return


def _ends(placed_at: datetime) -> datetime:
    return placed_at + timedelta(minutes=app.settings.of(OrderPaymentsSettings).minutes)

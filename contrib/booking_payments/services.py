"""A booking and its payment: each follows the other, and neither knows of it.

The payment's `ref` is `booking:<id>`. It is due as long as the time is held. Once it is
paid, the clock of the payments does not release it: a booking may be months ahead.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from contrib.booking_payments import policy
from kernel import NotFound, Principal, app
from plugins.bookings import api as bookings
from plugins.bookings.api import BookingCard
from plugins.payments import api as payments

PREFIX: Final = "booking:"
ACTOR: Final = "system"


def demanded(booking: BookingCard) -> str | None:
    """Return where a booking is paid; None for one that costs nothing."""
    return f"/v1/booking-payments/{booking.id}" if booking.price else None


def pay(booking_id: UUID, customer: Principal) -> payments.PaymentCard:
    """Return the payment of a customer's booking, made due if it is not yet; raise NotFound, PaymentDiffers.

    A payment that ended with its hold is not made due a second time.
    """
    booking = bookings.booking(booking_id)
    if customer.id is None or booking.customer_id != customer.id:
        raise NotFound
    known = of_booking(booking_id)
    if known is not None:
        return known
    if booking.status != "HELD" or not booking.payment_url:
        raise NotFound("There is nothing to pay.")
    return _due(booking)


def of_booking(booking_id: UUID) -> payments.PaymentCard | None:
    """Return the latest payment of a booking; None when it has none."""
    ref = f"{PREFIX}{booking_id}"
    return payments.of_refs([ref]).get(ref)


def paid(payment_id: UUID, booking_id: UUID) -> None:
    """Book what was paid; when its time was given up meanwhile, give all of it back."""
    try:
        with app.db.atomic():
            bookings.confirm_paid(booking_id)
            payments.freeze(payment_id)
    except (bookings.BookingStatus, NotFound):
        _give_back(payment_id, None, "The time was not held any more.")


def called_off(booking_id: UUID, *, was: str, party: str) -> None:
    """Give back what is owed for a booking that does not take place; the rest is its provider's."""
    payment = of_booking(booking_id)
    if payment is None:
        return
    if payment.captured_at is None:
        _end(payment)
        return
    owed = policy.owed(payment.amount, booking_id, was=was, party=party)
    left = owed.amount - payment.refunded.amount
    if left > 0:
        _give_back(payment.id, None if owed == payment.amount else left, "The booking was called off.")
    _hand_over(payment.id, "It was cancelled late.")


def took_place(booking_id: UUID) -> None:
    """Hand what is held to the provider: it took place, or would have if the customer had come."""
    payment = of_booking(booking_id)
    if payment is not None and payment.captured_at is not None:
        _hand_over(payment.id, "The booking is over.")


def refunded(booking_id: UUID) -> None:
    """Call off what was paid back as a whole, unless it is over: that may have been why."""
    try:
        with app.db.atomic():
            bookings.cancel(booking_id, "The payment was refunded.")
    except (bookings.BookingStatus, NotFound):
        return


def _due(booking: BookingCard) -> payments.PaymentCard:
    assert booking.price is not None, "only what has a price is to be paid"
    kept = policy.commission(booking.price)
    split = payments.Split(booking.provider_id, booking.price.amount, kept.amount)
    return payments.demand(
        f"{PREFIX}{booking.id}",
        booking.customer_id,
        [split],
        booking.price.currency,
        booking.title,
        escrow=True,
        expires_at=booking.held_until,
    )


def _end(payment: payments.PaymentCard) -> None:
    """End what was not paid; what is being paid at this moment is given back when it arrives."""
    if not payment.is_open:
        return
    try:
        with app.db.atomic():
            payments.cancel(payment.id, ACTOR, "The time is not held any more.")
    except (payments.PaymentStatus, payments.InProgress):
        return


def _give_back(payment_id: UUID, amount: int | None, reason: str) -> None:
    try:
        with app.db.atomic():
            payments.refund(payment_id, amount, ACTOR, reason)
    except payments.RefundExceeds:  # it went back before: this is the second to hear of it
        return


def _hand_over(payment_id: UUID, reason: str) -> None:
    payments.freeze(payment_id, frozen=False)
    payments.release(payment_id, ACTOR, reason)

"""What happens to one is followed by the other."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from contrib.booking_payments import services
from kernel import Delivery, Subscriber
from plugins.bookings.api import BookingStatusChanged
from plugins.payments.api import PaymentCaptured, PaymentRefunded


def book(delivery: Delivery) -> None:
    """Book what was paid."""
    booking_id = _booking_of(delivery)
    if booking_id is not None:
        services.paid(delivery.event.payment_id, booking_id)


def note_refund(delivery: Delivery) -> None:
    """Call off what was paid back as a whole."""
    booking_id = _booking_of(delivery)
    if booking_id is not None and delivery.event.whole:
        services.refunded(booking_id)


def follow_booking(delivery: Delivery) -> None:
    """Hand over or give back as the booking's status says."""
    changed = delivery.event
    if changed.status in ("CANCELLED", "EXPIRED"):
        services.called_off(changed.booking_id, was=changed.was, party=changed.party)
    elif changed.status in ("COMPLETED", "NO_SHOW"):
        services.took_place(changed.booking_id)


def _booking_of(delivery: Delivery) -> UUID | None:
    """Return which booking a payment is for; None when it is for something else."""
    ref: str = delivery.event.ref
    return UUID(ref.removeprefix(services.PREFIX)) if ref.startswith(services.PREFIX) else None


SUBSCRIBERS: Final = (
    Subscriber(BookingStatusChanged, follow_booking, name="booking_payments.follow_booking"),
    Subscriber(PaymentCaptured, book, name="booking_payments.book"),
    Subscriber(PaymentRefunded, note_refund, name="booking_payments.note_refund"),
)

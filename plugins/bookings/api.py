"""What other plugins may use of bookings."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kernel import SYSTEM, NotFound
from plugins.bookings.cards import BookingCard, card_of
from plugins.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingPlaced,
    BookingRescheduled,
    BookingStatusChanged,
)
from plugins.bookings.models import Booking
from plugins.bookings.services import changing, history
from plugins.bookings.states import BookingStatus

__all__ = [
    "BookingCancelled",
    "BookingCard",
    "BookingCompleted",
    "BookingConfirmed",
    "BookingPlaced",
    "BookingRescheduled",
    "BookingStatus",
    "BookingStatusChanged",
    "booking",
    "cancel",
    "confirm",
    "confirm_paid",
    "notice_given",
]


def booking(booking_id: UUID) -> BookingCard:
    """Return a booking's card; raise NotFound. Who may see it is the caller's to say."""
    row = Booking.get_or_none(Booking.id == booking_id)
    if row is None:
        raise NotFound
    return card_of(row)


def confirm(booking_id: UUID) -> None:
    """Confirm a pending booking for its provider. Raises BookingStatus (409), NotFound."""
    changing.change_status(SYSTEM, booking_id, "confirm")


def confirm_paid(booking_id: UUID) -> None:
    """Confirm what `bookings_payment` asked money for: it is there. Harmless twice.

    One whose hold is over is confirmed while nobody else took its time. Raises NotFound,
    and BookingStatus when it was cancelled or expired before: then give the money back.
    """
    changing.confirm_paid(booking_id)


def notice_given(booking_id: UUID) -> timedelta | None:
    """Return how long before its time the customer moved or cancelled it, at the shortest; None: never."""
    return history.notice_given(booking_id)


def cancel(booking_id: UUID, reason: str) -> None:
    """Cancel a booking for neither party: a payment that failed, say. Raises BookingStatus, NotFound."""
    changing.change_status(SYSTEM, booking_id, "cancel", reason=reason)

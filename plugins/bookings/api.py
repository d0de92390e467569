"""What other plugins may use of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel import SYSTEM, Money, NotFound
from plugins.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingPlaced,
    BookingRescheduled,
    BookingStatusChanged,
)
from plugins.bookings.models import Booking
from plugins.bookings.services import changing
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
]


@dataclass(frozen=True, slots=True)
class BookingCard:
    """A booking as part of something else: a payment, a review, a conversation."""

    id: UUID
    ref: str
    title: str
    customer_id: UUID
    provider_id: UUID
    scope: str | None
    status: str
    starts_at: datetime
    ends_at: datetime
    price: Money | None
    completed_at: datetime | None


def booking(booking_id: UUID) -> BookingCard:
    """Return a booking's card; raise NotFound. Who may see it is the caller's to say."""
    row = Booking.get_or_none(Booking.id == booking_id)
    if row is None:
        raise NotFound
    return BookingCard(
        id=row.id,
        ref=row.ref,
        title=row.title,
        customer_id=row.customer_id,
        provider_id=row.provider_id,
        scope=row.scope or None,
        status=row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        price=Money(row.price_amount, row.price_currency) if row.price_amount is not None else None,
        completed_at=row.completed_at,
    )


def confirm(booking_id: UUID) -> None:
    """Confirm a pending booking for its provider: a payment, say. Raises BookingStatus (409), NotFound."""
    changing.change_status(SYSTEM, booking_id, "confirm")


def cancel(booking_id: UUID, reason: str) -> None:
    """Cancel a booking for neither party: a payment that failed, say. Raises BookingStatus, NotFound."""
    changing.change_status(SYSTEM, booking_id, "cancel", reason=reason)

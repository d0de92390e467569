"""What happens to bookings, for other plugins to react to.

The scope of the service is the scope of the event. No event carries a title or a
reason: events are kept for good, what people wrote is not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel import event


@event("bookings.booking.placed", version=1, key="booking_id")
class BookingPlaced:
    """There is a new booking: HELD, PENDING, or CONFIRMED where the provider confirms by itself."""

    booking_id: UUID
    ref: str
    customer_id: UUID
    provider_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str


@event("bookings.booking.status_changed", version=1, key="booking_id")
class BookingStatusChanged:
    """It went from one status to another; `party` is customer, provider, operator or system."""

    booking_id: UUID
    customer_id: UUID
    provider_id: UUID
    was: str
    status: str
    party: str


@event("bookings.booking.rescheduled", version=1, key="booking_id")
class BookingRescheduled:
    """It takes place at another time; moved by its customer it may be PENDING again."""

    booking_id: UUID
    customer_id: UUID
    provider_id: UUID
    was_at: datetime
    starts_at: datetime
    ends_at: datetime
    status: str
    party: str


@event("bookings.booking.confirmed", version=1, key="booking_id")
class BookingConfirmed:
    """Its provider confirmed it."""

    booking_id: UUID
    ref: str
    customer_id: UUID
    provider_id: UUID


@event("bookings.booking.completed", version=1, key="booking_id")
class BookingCompleted:
    """It took place."""

    booking_id: UUID
    ref: str
    customer_id: UUID
    provider_id: UUID


@event("bookings.booking.cancelled", version=1, key="booking_id")
class BookingCancelled:
    """It does not take place; its time is free again."""

    booking_id: UUID
    ref: str
    customer_id: UUID
    provider_id: UUID
    party: str


EVENTS: Final = (
    BookingPlaced,
    BookingStatusChanged,
    BookingRescheduled,
    BookingConfirmed,
    BookingCompleted,
    BookingCancelled,
)

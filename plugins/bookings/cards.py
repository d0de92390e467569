"""A booking as other plugins see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel import Money
from plugins.bookings.models import Booking


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
    held_until: datetime | None
    payment_url: str
    paid_at: datetime | None


def card_of(row: Booking) -> BookingCard:
    """Return a booking's card."""
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
        price=price_of(row),
        completed_at=row.completed_at,
        held_until=row.held_until,
        payment_url=row.payment_url,
        paid_at=row.paid_at,
    )


def price_of(row: Booking) -> Money | None:
    """Return what a booking costs; None when its service says no price."""
    return Money(row.price_amount, row.price_currency) if row.price_amount is not None else None

"""What comes back of the price of a booking that does not take place."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from contrib.booking_payments.settings import BookingPaymentsSettings
from kernel import Money, app
from plugins.bookings import api as bookings


def owed(price: Money, booking_id: UUID, *, was: str, party: str) -> Money:
    """Return what a customer gets back.

    All of it, unless they cancelled themselves what was booked, later than `full_refund_hours` before.
    """
    if party != "customer" or was == "HELD":
        return price
    settings = app.settings.of(BookingPaymentsSettings)
    notice = bookings.notice_given(booking_id)
    if notice is None or notice >= timedelta(hours=settings.full_refund_hours):
        return price
    return part(price, settings.late_refund_percent, 100)


def commission(price: Money) -> Money:
    """Return the platform's part of a price."""
    return part(price, app.settings.of(BookingPaymentsSettings).commission_bp, 10_000)


def part(price: Money, share: int, of: int) -> Money:
    """Return so many parts of `of` of a price, to the nearest minor unit."""
    return price.allocate([share, of - share])[0]

"""The messages bookings send: one to each party a change concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from kernel import app
from plugins.bookings.models import Booking
from plugins.bookings.settings import BookingsSettings
from plugins.notifications.api import NotificationType, send

TYPES: Final = (
    NotificationType("bookings.placed", "Somebody booked a time with you"),
    NotificationType("bookings.received", "Your booking was received"),
    NotificationType("bookings.status", "The status of a booking changed"),
    NotificationType("bookings.rescheduled", "A booking was moved to another time"),
    NotificationType("bookings.reminder", "A booking begins soon", digestible=False),
)


def page_of(booking: Booking) -> str:
    """Return the page of a booking in the operator's client; empty when none is named."""
    page = app.settings.of(BookingsSettings).page_url.replace("{id}", str(booking.id))
    return f"{app.settings.kernel.public_url.rstrip('/')}{page}" if page.startswith("/") else page


def tell(name: str, booking: Booking, people: Iterable[UUID], *, reason: str = "", key: str = "") -> None:
    """Send people a message about a booking, once for each of its versions (and `key`)."""
    page = page_of(booking)
    data = {
        "booking_id": str(booking.id),
        "title": booking.title,
        "status": booking.status,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "reason": reason,
        "page_url": page,
        "url": page or f"/v1/bookings/{booking.id}",
    }
    for user_id in people:
        send(
            f"bookings.{name}",
            user_id,
            data,
            key=f"{booking.id}:{booking.version}:{key}",
            scope=booking.scope or None,
        )

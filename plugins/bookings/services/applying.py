"""Writing a change of status: history, events and messages commit with it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingStatusChanged,
)
from plugins.bookings.models import Booking
from plugins.bookings.notices import tell
from plugins.bookings.services.history import write_step
from plugins.bookings.states import Party

_SPECIAL: Final = {"CONFIRMED": BookingConfirmed, "COMPLETED": BookingCompleted}


def apply(
    booking: Booking, name: str, target: str, party: Party, actor_id: UUID | None, *, reason: str = ""
) -> Booking:
    """Write a change of a locked booking's status, with history, events and messages."""
    was = booking.status
    done = {"completed_at": app.clock.now()} if target == "COMPLETED" else {}
    Booking.update(status=target, version=Booking.version + 1, held_until=None, **done).where(
        Booking.id == booking.id
    ).execute()
    fresh = Booking.get_by_id(booking.id)
    write_step(fresh, name, was, party, actor_id, reason=reason)
    _publish(fresh, was, party)
    _tell(fresh, was, party, reason)
    return fresh


def _publish(booking: Booking, was: str, party: Party) -> None:
    both = {"customer_id": booking.customer_id, "provider_id": booking.provider_id}
    events: list[Any] = [
        BookingStatusChanged(booking_id=booking.id, was=was, status=booking.status, party=party, **both)
    ]
    if special := _SPECIAL.get(booking.status):
        events.append(special(booking_id=booking.id, ref=booking.ref, **both))
    if booking.status == "CANCELLED" and was != "HELD":
        events.append(BookingCancelled(booking_id=booking.id, ref=booking.ref, party=party, **both))
    app.bus.publish(*events, scope=booking.scope or None)


def _tell(booking: Booking, was: str, party: Party, reason: str) -> None:
    """Tell whom a change concerns, without the one who made it; a hold that ends concerns nobody."""
    if was == "HELD":
        if booking.status in {"PENDING", "CONFIRMED"}:
            tell("placed", booking, [booking.provider_id])
            tell("received", booking, [booking.customer_id])
        return
    parties = (("customer", booking.customer_id), ("provider", booking.provider_id))
    tell("status", booking, [user_id for name, user_id in parties if name != party], reason=reason)

"""What happens to bookings, brought into their conversations.

Each handler asks for the room: deliveries to one subscriber are in order, those
to two are not, so a change may come before the placement. A hold has no room.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import Delivery, Subscriber
from plugins.bookings import api as bookings
from plugins.bookings.api import BookingPlaced, BookingRescheduled, BookingStatusChanged
from plugins.chat import api as chat


def open_room(delivery: Delivery) -> None:
    """Open the conversation of a new booking."""
    if delivery.event.status != "HELD":
        _room(delivery.event, delivery.scope)


def note_change(delivery: Delivery) -> None:
    """Write a change of status into the conversation; a hold that becomes a booking opens it."""
    event: BookingStatusChanged = delivery.event
    if event.was == "HELD":
        if event.status in {"PENDING", "CONFIRMED"}:
            _room(event, delivery.scope)
        return
    changed = {"was": event.was, "status": event.status, "by": event.party}
    chat.note(
        _room(event, delivery.scope),
        {"event": "booking_status", "booking_id": str(event.booking_id), **changed},
    )


def note_move(delivery: Delivery) -> None:
    """Write the new time into the conversation."""
    event: BookingRescheduled = delivery.event
    moved = {"was_at": event.was_at.isoformat(), "starts_at": event.starts_at.isoformat(), "by": event.party}
    chat.note(
        _room(event, delivery.scope),
        {"event": "booking_moved", "booking_id": str(event.booking_id), **moved},
    )


def ref_of(booking_id: UUID) -> str:
    """Return what a booking is called among the things that conversations are attached to."""
    return f"booking:{booking_id}"


def _room(event: Any, scope: str | None) -> UUID:
    people = (event.customer_id, event.provider_id)
    title = bookings.booking(event.booking_id).title
    return chat.room_for(ref_of(event.booking_id), people, title=title, scope=scope)


SUBSCRIBERS: Final = (
    Subscriber(BookingPlaced, open_room, name="booking_chat.open_room"),
    Subscriber(BookingStatusChanged, note_change, name="booking_chat.note_change"),
    Subscriber(BookingRescheduled, note_move, name="booking_chat.note_move"),
)

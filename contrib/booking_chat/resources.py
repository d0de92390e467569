"""Where the conversation of a booking is."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from contrib.booking_chat.subscribers import ref_of
from kernel import AUTHENTICATED, NotFound, Request, Response, Route, Schema, endpoint, fields
from plugins.bookings import api as bookings
from plugins.chat import api as chat


class RoomOut(Schema):
    """The conversation of a booking."""

    booking_id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)


class Room:
    """`/v1/booking-chats/{booking_id}`."""

    @endpoint(
        summary="Find the conversation of a booking",
        permission=AUTHENTICATED,
        response=RoomOut,
        errors=(NotFound,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """For its customer and its provider; a time that is only held has none."""
        booking = bookings.booking(booking_id)
        room = chat.room_of(ref_of(booking_id))
        if req.principal.id not in {booking.customer_id, booking.provider_id} or room is None:
            raise NotFound
        return {"booking_id": booking_id, "conversation_id": room}


ROUTES: Final = (Route("/booking-chats/{booking_id:uuid}", Room()),)

"""What bookings hold about a person."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.bookings.models import Booking, Feed, Resource, Step
from plugins.bookings.services.applying import apply

_CANCEL: Final = """
SELECT id FROM bookings_booking
WHERE (customer_id = %(user)s OR provider_id = %(user)s) AND status IN ('HELD', 'PENDING', 'CONFIRMED')
ORDER BY id FOR UPDATE
"""


def export(user_id: UUID) -> dict[str, Any]:
    """Return somebody's bookings, as customer and as provider."""
    mine = (Booking.customer_id == user_id) | (Booking.provider_id == user_id)
    rows = Booking.select().where(mine).order_by(Booking.id)
    return {
        "bookings": [
            {
                "title": row.title,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "status": row.status,
                "as": "customer" if row.customer_id == user_id else "provider",
                "note": row.note if row.customer_id == user_id else "",
            }
            for row in rows
        ]
    }


def erase(user_id: UUID) -> None:
    """Cancel what is ahead and forget what somebody wrote; the bookings stay, for the other party's books."""
    for (booking_id,) in app.db.rows(_CANCEL, {"user": user_id}):
        apply(Booking.get_by_id(booking_id), "cancel", "CANCELLED", "system", None, reason="")
    Feed.delete().where(Feed.owner_id == user_id).execute()
    Resource.update(open=False).where(Resource.provider_id == user_id).execute()
    Booking.update(note="").where(Booking.customer_id == user_id).execute()
    Step.update(reason="", actor_id=None).where(Step.actor_id == user_id).execute()

"""The history of a booking: a row for every change, in its transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel import app
from plugins.bookings.models import Booking, Step

_NOTICE: Final = """
SELECT min(was_at - created_at) FROM (
    SELECT transition, party, created_at, lag(starts_at) OVER (ORDER BY id) AS was_at
    FROM bookings_step WHERE booking_id = %s
) AS step
WHERE party = 'customer' AND transition IN ('cancel', 'reschedule')
"""


def write_step(
    booking: Booking, transition: str, was: str, party: str, actor_id: UUID | None, *, reason: str = ""
) -> None:
    """Write down what happened to a booking, which is as it is now."""
    Step.create(
        booking=booking.id,
        transition=transition,
        was=was,
        status=booking.status,
        party=party,
        actor_id=actor_id,
        reason=reason,
        starts_at=booking.starts_at,
    )


def notice_given(booking_id: UUID) -> timedelta | None:
    """Return how long before its time the customer moved or cancelled it, at the shortest.

    None when they never did. Of each change it is the time before it that counts: who
    moves a booking away at the last minute and cancels it then gave a minute's notice.
    """
    [(shortest,)] = app.db.rows(_NOTICE, (booking_id,))
    return shortest if isinstance(shortest, timedelta) else None

"""The history of a booking: a row for every change, in its transaction."""

from __future__ import annotations

from uuid import UUID

from plugins.bookings.models import Booking, Step


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

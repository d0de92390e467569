"""What time does to bookings: holds end, requests lapse, people are reminded, what is over completed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel import app
from plugins.bookings.models import Booking
from plugins.bookings.notices import tell
from plugins.bookings.services.applying import apply
from plugins.bookings.settings import BookingsSettings

_CHUNK: Final = 200
_LAPSED: Final = """
SELECT id FROM bookings_booking
WHERE (status = 'HELD' AND held_until <= %(now)s) OR (status IN ('HELD', 'PENDING') AND starts_at <= %(now)s)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_OVER: Final = """
SELECT id FROM bookings_booking WHERE status = 'CONFIRMED' AND ends_at <= %(before)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_REMIND: Final = """
UPDATE bookings_booking SET reminded = %(lead)s
WHERE id IN (
    SELECT id FROM bookings_booking
    WHERE status = 'CONFIRMED' AND starts_at > %(now)s AND starts_at <= %(until)s
      AND (reminded IS NULL OR reminded > %(lead)s)
    ORDER BY starts_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def expire() -> int:
    """End holds whose time is over, and requests nobody answered before their time; return how many."""
    return _each(_LAPSED, {"now": app.clock.now()}, "expire", "EXPIRED")


def complete() -> int:
    """Complete what was confirmed and is over for a while; return how many."""
    hours = app.settings.of(BookingsSettings).complete_after_hours
    if not hours:
        return 0
    return _each(_OVER, {"before": app.clock.now() - timedelta(hours=hours)}, "complete", "COMPLETED")


def remind() -> int:
    """Remind the parties of bookings that begin soon, once for each notice; return of how many."""
    total = 0
    for lead in sorted(int(text) for text in app.settings.of(BookingsSettings).reminder_minutes):
        count = _CHUNK
        while count == _CHUNK:
            count = _remind(lead)
            total += count
    return total


def _remind(lead: int) -> int:
    now = app.clock.now()
    asked = {"lead": lead, "now": now, "until": now + timedelta(minutes=lead), "limit": _CHUNK}
    with app.db.atomic():
        ids = [each for (each,) in app.db.rows(_REMIND, asked)]
        for row in Booking.select().where(Booking.id.in_(ids)).order_by(Booking.id) if ids else ():
            tell("reminder", row, [row.customer_id, row.provider_id], key=str(lead))
    return len(ids)


def _each(sql: str, asked: dict[str, object], name: str, target: str) -> int:
    """Take bookings through a transition by themselves, a page a transaction."""
    total, count = 0, _CHUNK
    while count == _CHUNK:
        with app.db.atomic():
            ids = [each for (each,) in app.db.rows(sql, {**asked, "limit": _CHUNK})]
            for booking_id in ids:
                apply(Booking.get_by_id(booking_id), name, target, "system", None)
        count = len(ids)
        total += count
    return total

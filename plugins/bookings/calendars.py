"""One's bookings as an iCalendar object (RFC 5545), for calendars to subscribe to.

Times are in UTC: a booking is a moment, and a local time would say another one in
the hour that a night has twice (3.3.5). Calendars show them by their own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from kernel import app
from plugins.accounts import api as accounts
from plugins.bookings.models import Booking, Feed
from plugins.bookings.notices import page_of

BEHIND: Final = timedelta(days=90)
MOST: Final = 2_000
_STATUS: Final = {"PENDING": "TENTATIVE", "CANCELLED": "CANCELLED"}
_SHOWN: Final = ("PENDING", "CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW")


def document(feed: Feed, viewer: Any) -> bytes:
    """Return a feed's bookings from 90 days ago on, in the order of their times: two statements."""
    rows = list(_rows(feed).order_by(Booking.starts_at, Booking.id).limit(MOST))
    others = {_other(row, feed.owner_id) for row in rows}
    return _rendered(rows, feed.owner_id, accounts.user_cards(others, viewer.id))


def resource_of(feed: Feed) -> UUID | None:
    """Return which resource a feed is of; None when it is of all one's bookings."""
    found: UUID | None = feed.resource_id  # type: ignore[attr-defined]  # peewee's
    return found


def _rows(feed: Feed) -> Any:
    mine = (Booking.customer_id == feed.owner_id) | (Booking.provider_id == feed.owner_id)
    resource_id = resource_of(feed)
    whose = (Booking.resource == resource_id) if resource_id else mine
    return Booking.select().where(
        whose, Booking.status.in_(_SHOWN), Booking.starts_at > app.clock.now() - BEHIND
    )


def _other(row: Booking, me: UUID) -> UUID:
    return UUID(str(row.provider_id if row.customer_id == me else row.customer_id))


def _rendered(rows: Iterable[Booking], me: UUID, cards: Mapping[UUID, accounts.UserCard]) -> bytes:
    from icalendar import Calendar  # noqa: PLC0415 - only who serves a calendar needs it

    calendar = Calendar()
    calendar.add("prodid", "-//Stoa//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Bookings")
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})  # RFC 7986
    host = urlsplit(app.settings.kernel.public_url).hostname or "localhost"
    for row in rows:
        calendar.add_component(_event(row, cards.get(_other(row, me)), host))
    return bytes(calendar.to_ical())


def _event(row: Booking, other: accounts.UserCard | None, host: str) -> Any:
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("uid", f"{row.id}@{host}")
    event.add("dtstamp", row.updated_at.astimezone(UTC))
    event.add("last-modified", row.updated_at.astimezone(UTC))
    event.add("sequence", row.version)
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    name = other.name if other else ""
    event.add("summary", f"{row.title} ({name})" if name else row.title)
    event.add("status", _STATUS.get(row.status, "CONFIRMED"))
    if page := page_of(row):
        event.add("url", page)
    return event

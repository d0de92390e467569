"""Which times of a resource can be booked, and how many lanes each has left."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from kernel import app
from plugins.bookings.local_time import Window, days, windows
from plugins.bookings.models import Change, Hours, Resource

# A hold whose time is over takes nothing, whether or not the schedule has been at it.
_TAKEN: Final = """
SELECT blocked_from, blocked_until, lane FROM bookings_booking
WHERE resource_id = %(resource)s AND status IN ('HELD', 'PENDING', 'CONFIRMED')
  AND (status <> 'HELD' OR held_until > %(now)s)
  AND blocked_from < %(until)s AND blocked_until > %(since)s
  AND (%(except)s::uuid IS NULL OR id <> %(except)s)
ORDER BY blocked_from
"""

Taken = tuple[datetime, datetime, int]


class Slot(NamedTuple):
    """A time that can be booked; `left` lanes are free."""

    starts_at: datetime
    ends_at: datetime
    left: int


def available(resource: Resource, since: date, until: date) -> list[Slot]:
    """Return the times of local days (both within) that can be booked now: three statements."""
    zone = ZoneInfo(resource.timezone)
    offered = list(_offered(resource, since, until, zone))
    if not offered or not resource.open:
        return []
    taken = overlapping(resource, *_span(resource, offered[0], offered[-1]))
    return [slot for slot in _with_lanes(resource, offered, taken) if slot.left]


def is_offered(resource: Resource, starts_at: datetime) -> bool:
    """Say whether the service may start at a moment, taken or not: two statements."""
    day = starts_at.astimezone(ZoneInfo(resource.timezone)).date()
    around = _offered(resource, day - timedelta(days=1), day, ZoneInfo(resource.timezone))
    return resource.open and starts_at in around


def overlapping(resource: Resource, since: datetime, until: datetime, *, but: Any = None) -> list[Taken]:
    """Return what is taken of a resource between two moments, by its beginning: one statement."""
    asked = {"resource": resource.id, "since": since, "until": until, "now": app.clock.now(), "except": but}
    return app.db.rows(_TAKEN, asked)


def blocked(resource: Resource, starts_at: datetime) -> Window:
    """Return what a booking at a moment takes: its time with its buffers."""
    before, after = timedelta(minutes=resource.buffer_before), timedelta(minutes=resource.buffer_after)
    return starts_at - before, starts_at + timedelta(minutes=resource.duration) + after


def _offered(resource: Resource, since: date, until: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments at which the service may start, by its hours and notice."""
    hours = list(Hours.select().where(Hours.resource == resource.id))
    changes = list(
        Change.select().where(
            Change.resource == resource.id, Change.last_day >= since, Change.first_day <= until
        )
    )
    now = app.clock.now()
    first = now + timedelta(minutes=resource.min_notice)
    last = now + timedelta(minutes=resource.max_ahead)
    seen: set[datetime] = set()
    for day in days(since, until):
        for window in windows(day, hours, changes, zone):
            for start in _starts(window, resource.duration, resource.step):
                if first <= start <= last and start not in seen:
                    seen.add(start)
                    yield start


def _starts(window: Window, duration: int, step: int) -> Iterator[datetime]:
    """Yield the starts within a window, `step` minutes of elapsed time apart."""
    start, end = window
    while start + timedelta(minutes=duration) <= end:
        yield start
        start += timedelta(minutes=step)


def _span(resource: Resource, first: datetime, last: datetime) -> Window:
    return blocked(resource, first)[0], blocked(resource, last)[1]


def _with_lanes(resource: Resource, starts: Iterable[datetime], taken: Sequence[Taken]) -> Iterator[Slot]:
    begins = [one[0] for one in taken]
    longest = max((one[1] - one[0] for one in taken), default=timedelta())
    for start in starts:
        since, until = blocked(resource, start)
        near = taken[bisect_left(begins, since - longest) : bisect_left(begins, until)]
        lanes = {lane for begin, end, lane in near if end > since and begin < until}
        end = start + timedelta(minutes=resource.duration)
        used = sum(1 for lane in lanes if lane < resource.capacity)
        yield Slot(start.astimezone(UTC), end.astimezone(UTC), resource.capacity - used)


def free_lane(resource: Resource, starts_at: datetime, *, but: Any = None) -> int | None:
    """Return the lowest lane that is free for a booking at a moment; None when there is none."""
    lanes = {lane for _, _, lane in overlapping(resource, *blocked(resource, starts_at), but=but)}
    return next((lane for lane in range(resource.capacity) if lane not in lanes), None)

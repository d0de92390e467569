"""Hours of a local calendar as moments: weekly hours, exceptions, clock changes.

A wall time that a change of clocks skips, or shows twice, is read as RFC 5545
(3.3.5) has it: with the offset before the change. So 02:30 of the night without it is
half an hour after the change, and of the night that has it twice the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY: Final = 1440
"""Minutes of a local day; as the end of hours, midnight."""

Minutes = tuple[int, int]
Window = tuple[datetime, datetime]


def moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) at which a local clock shows so many minutes of a day."""
    days, rest = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def days(since: date, until: date) -> Iterator[date]:
    """Yield the days from one to another, both within."""
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def windows(day: date, hours: Iterable[Any], changes: Sequence[Any], zone: ZoneInfo) -> list[Window]:
    """Return when it is open on a local day: weekly hours and extra ones, without the closed ones."""
    opened = [(one.start, one.end) for one in hours if _applies(one, day)]
    mine = [one for one in changes if one.first_day <= day <= one.last_day]
    opened += [(one.start, one.end) for one in mine if one.opens]
    left = _joined(opened)
    for one in mine:
        if not one.opens:
            left = [part for each in left for part in _without(each, (one.start, one.end))]
    found = [(moment(day, start, zone), moment(day, end, zone)) for start, end in left]
    return [(start, end) for start, end in found if start < end]


def _applies(hours: Any, day: date) -> bool:
    if hours.weekday != day.weekday():
        return False
    if (hours.valid_from and day < hours.valid_from) or (hours.valid_until and day > hours.valid_until):
        return False
    if hours.weeks == 1:
        return True
    monday = hours.valid_from - timedelta(days=hours.valid_from.weekday())
    return bool((day - monday).days // 7 % hours.weeks == 0)


def _joined(spans: Iterable[Minutes]) -> list[Minutes]:
    """Return spans sorted, those that overlap or touch as one."""
    joined: list[Minutes] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _without(span: Minutes, hole: Minutes) -> Iterator[Minutes]:
    """Yield what is left of a span around a hole."""
    if span[0] < min(span[1], hole[0]):
        yield span[0], min(span[1], hole[0])
    if max(span[0], hole[1]) < span[1]:
        yield max(span[0], hole[1]), span[1]

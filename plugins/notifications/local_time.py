"""Quiet hours and digests by the clock on a person's wall, through DST."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plugins.notifications.templates import zone

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
"""ISO 8601 weekdays, Monday first."""


def quiet_until(hours: Mapping[str, Any] | None, timezone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours that run at `now` end; None when none run.

    `hours` is `{"start": "22:00", "end": "07:00", "days": […], "timezone": …}`;
    `days` are those on whose evening they begin, `timezone` wins over the
    argument. An end that is not after the start is the next day's.
    """
    if not hours:
        return None
    place = zone(hours.get("timezone") or timezone)
    start, end = time.fromisoformat(hours["start"]), time.fromisoformat(hours["end"])
    today = now.astimezone(place).date()
    ends = [
        finish
        for day in (today - timedelta(days=1), today)  # what began yesterday may still run
        if day.isoweekday() in (hours.get("days") or EVERY_DAY)
        for finish in (_last(day + timedelta(days=end <= start), end, place),)
        if _first(day, start, place) <= now < finish
    ]
    return max(ends, default=None)


def next_digest(frequency: str, hour: int, timezone: str, now: datetime) -> datetime:
    """Return the first digest time after `now`: a full local hour (`hourly`), or the daily one at `hour`."""
    place = zone(timezone)
    local = now.astimezone(place)
    if frequency == "hourly":
        begun = local.replace(minute=0, second=0, microsecond=0)
        return begun.astimezone(UTC) + timedelta(hours=1)
    today = _first(local.date(), time(hour), place)
    return today if today > now else _first(local.date() + timedelta(days=1), time(hour), place)


def _moments(day: date, at: time, place: ZoneInfo) -> list[datetime]:
    """Return both readings of a wall time (PEP 495): equal but when clocks are changed."""
    return [datetime.combine(day, at, place).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def _first(day: date, at: time, place: ZoneInfo) -> datetime:
    return min(_moments(day, at, place))


def _last(day: date, at: time, place: ZoneInfo) -> datetime:
    return max(_moments(day, at, place))

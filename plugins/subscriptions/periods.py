"""Periods: months and years counted from an anchor, and the share of one that is left.

The nth period begins n months (years) after the anchor, on its day or the last
of a shorter month: anchored on 31 January it renews on 28 February and on 31
March. Counting from the anchor, not from the period before, keeps the day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from kernel import Money

_MONTHS = {"month": 1, "year": 12}


def starts(anchor: datetime, interval: str, number: int) -> datetime:
    """Return when the period `number` (from 0) of an anchor begins, in UTC."""
    anchor = anchor.astimezone(UTC)
    months = anchor.year * 12 + anchor.month - 1 + number * _MONTHS[interval]
    year, month = divmod(months, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def left(price: Money, start: datetime, end: datetime, now: datetime) -> Money:
    """Return the part of a period's price that falls to its time after `now`, by microseconds.

    Both parts sum to the price (largest remainder).
    """
    unit = timedelta(microseconds=1)
    moment = min(max(now, start), end)
    return price.allocate([(moment - start) // unit, (end - moment) // unit])[1]


def upgrade_price(old: Money, new: Money, start: datetime, end: datetime, now: datetime) -> Money:
    """Return what a better plan costs for the rest of a period: its price less what was paid for that."""
    return left(new, start, end, now) - left(old, start, end, now)

"""When the next attempt follows: the schedule, `Retry-After`, and a little chance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from uuid import UUID

from kernel import ConfigurationError

LONGEST: Final = timedelta(days=1)
"""The longest wait an endpoint may ask for."""

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WAIT: Final = re.compile(r"(\d{1,6})([smhd])")
_JITTER: Final = 0.1


def waits(texts: Sequence[str]) -> tuple[timedelta, ...]:
    """Return the waits between attempts; raise ConfigurationError for what is none."""
    return tuple(_wait(text) for text in texts)


def _wait(text: str) -> timedelta:
    found = _WAIT.fullmatch(text)
    if not found:
        raise ConfigurationError(f"webhooks.retries: {text!r} is not a number and s, m, h or d, such as 30m")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def next_wait(
    schedule: Sequence[timedelta], attempt: int, delivery_id: UUID, asked: timedelta | None
) -> timedelta | None:
    """Return how long to wait after a failed attempt (from 1); None when it was the last.

    What the endpoint asked for counts when it is longer, up to a day. The chance is
    the delivery's id: what failed together comes back spread over a tenth of the wait.
    """
    if attempt > len(schedule):
        return None
    wait = schedule[attempt - 1]
    spread = (delivery_id.int + attempt * 7919) % 1000 / 1000
    return max(wait * (1 + _JITTER * spread), min(asked or timedelta(), LONGEST))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return what `Retry-After` asks for: seconds or a date (RFC 9110 10.2.3); None for nothing readable."""
    told = headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return timedelta(seconds=min(int(told[:9]), int(LONGEST.total_seconds())))
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta())

"""The only source of "now".

Nothing else in Stoa calls `datetime.now()` or `time.time()`: a test clock can
then drive expiry, schedules and windows without a sleep. Durations measured for
metrics use `time.perf_counter()`, which no clock needs to drive.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment: timezone-aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class TestClock:
    """A clock that runs with the machine's, shifted by what tests advanced it."""

    __test__ = False  # pytest would collect it by its name

    def __init__(self) -> None:
        self._shift = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """Return the frozen moment, or the machine's time plus the shift."""
        return self._frozen or datetime.now(UTC) + self._shift

    def advance(self, delta: timedelta) -> datetime:
        """Move forward by `delta`; return the new now."""
        if self._frozen:
            self._frozen += delta
        self._shift += delta
        return self.now()

    def set(self, moment: datetime) -> datetime:
        """Jump to `moment` (aware) and keep running from there."""
        self._frozen = None
        self._shift = moment - datetime.now(UTC)
        return self.now()

    def freeze(self, moment: datetime | None = None) -> datetime:
        """Stand still at `moment` (default: the present now)."""
        self._frozen = moment or self.now()
        return self._frozen

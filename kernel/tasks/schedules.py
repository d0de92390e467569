"""Schedules: each tick fires once, whichever process notices it first.

Ticks are computed from the clock alone, so every process finds the same ones.
The row of `kernel_schedule` moves forward to a tick in the transaction that
enqueues the run; who comes second moves nothing. Ticks missed while no worker
ran, or skipped by an advancing test clock, fire once: the latest. A schedule
new to the database starts with the first tick after the process did.

A row that is further ahead of the clock than clocks differ was written under a
wrong one, or under a test clock before a restart. It moves back, else the
schedule would rest until that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kernel.clock import Clock
from kernel.storage import Database
from kernel.tasks.declaration import Schedule

# xmax is 0 in a row this statement inserted: the schedule was unknown until now.
_ADVANCE = """
INSERT INTO kernel_schedule AS known (name, last_tick) VALUES (%(name)s, %(tick)s)
ON CONFLICT (name) DO UPDATE SET last_tick = excluded.last_tick
WHERE known.last_tick < excluded.last_tick OR known.last_tick > %(unbelievable)s
RETURNING xmax = 0
"""
_CLOCKS_DIFFER = timedelta(hours=1)


class Schedules:
    """The schedules of one process."""

    def __init__(self, db: Database, clock: Clock, schedules: Sequence[Schedule]) -> None:
        self._db, self._clock, self._schedules = db, clock, tuple(schedules)
        self.forget()

    def forget(self) -> None:
        """Start anew from the present moment: for tests that empty the database."""
        self._since = self._clock.now()
        self._settled: dict[str, tuple[datetime, datetime]] = {}

    def leave(self, names: Iterable[str]) -> None:
        """Fire none of these from now on; another process may."""
        left = frozenset(names)
        self._schedules = tuple(one for one in self._schedules if one.name not in left)

    def fire_due(self) -> list[Schedule]:
        """Enqueue every schedule whose tick has come; return those fired here."""
        now = self._clock.now()
        return [one for one in self._schedules if not self._is_settled(one, now) and self._fire(one, now)]

    def _is_settled(self, schedule: Schedule, now: datetime) -> bool:
        """Tell from memory that this tick is done: most looks end here."""
        tick, following = self._settled.get(schedule.name, (now, now))
        return tick <= now < following

    def _fire(self, schedule: Schedule, now: datetime) -> bool:
        tick = schedule.tick_at(now)
        with self._db.atomic():
            values = {"name": schedule.name, "tick": tick, "unbelievable": now + _CLOCKS_DIFFER}
            moved = self._db.rows(_ADVANCE, values)
            is_new = bool(moved) and moved[0][0]
            fires = tick > self._since if is_new else bool(moved)
            if fires:
                schedule.enqueue()
        self._settled[schedule.name] = (tick, schedule.tick_after(tick))
        return fires

"""Changes of rights and events, put in one order.

A change of rights reaches every process by NOTIFY, with its commit. An event
sent after it may come by a quicker way: by this process's own commit, by Redis,
by a SELECT. So changes are counted: after the commit, and before whoever made
it is answered, `kernel_rights` is raised and the new number announced. Every
event carries the number that stood when it was appended. PostgreSQL announces
in the order of commits; who has heard a number has heard of every change that
was committed before it was given. So an event whose number was heard is
delivered at once, which is nearly always, and another waits for its number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from kernel.realtime.live_room import RoomKey
from kernel.realtime.sequencer import StreamEvent
from kernel.storage import Database

CHANNEL: Final = "stoa_rights"
_WAITING: Final = 10_000
"""Events that wait for a number; what does not fit is read from its stream."""
_OVERDUE: Final = 0.03
"""Seconds after which a number is asked for: its announcement was lost."""
_AGAIN: Final = 1.0  # seconds until it is asked for again

_RAISE = "SELECT pg_notify(%s, nextval('kernel_rights')::text)"
_ASK = "SELECT pg_notify(%s, last_value::text) FROM kernel_rights"
_READ = "SELECT last_value FROM kernel_rights"


class Early(NamedTuple):
    """An event that came before the number it carries was heard."""

    rights: int
    room: RoomKey
    epoch: str
    event: StreamEvent


def raise_rights(db: Database) -> None:
    """Count a change of rights once it is committed, before its caller goes on."""
    db.on_commit(lambda: db.retrying(lambda: db.execute_sql(_RAISE, (CHANNEL,))))


def announce_rights(db: Database) -> None:
    """Have the present number announced, after all that was committed before."""
    db.execute_sql(_ASK, (CHANNEL,))


def read_rights(db: Database) -> int:
    """Return the present number: to start with, before anybody is asked about rights."""
    [(number,)] = db.rows(_READ)
    return int(number)


class Rights:
    """The number heard last, and what waits for a higher one; under the lock of the rooms.

    `on_wait` is called when `patience` has become shorter; it must not wait.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.heard = 0
        self.on_wait: Callable[[], None] = lambda: None
        self._monotonic = monotonic
        self._early: deque[Early] = deque()
        self._due: float | None = None

    def wait(self, early: Early) -> None:
        """Keep an event until its number is heard."""
        if len(self._early) < _WAITING:
            self._early.append(early)
        self.expect()

    def expect(self) -> None:
        """Have the number asked for, unless it is heard soon."""
        if self._due is None:
            self._due = self._monotonic() + _OVERDUE
            self.on_wait()

    def hear(self, number: int) -> Iterable[Early]:
        """Take a number; return all that waited: some may have to wait again."""
        self.heard, self._due = max(self.heard, number), None
        early, self._early = self._early, deque()
        return early

    def overdue(self) -> bool:
        """Say whether the number is to be asked for now; then the next time is in a second."""
        if self._due is None or self._due > self._monotonic():
            return False
        self._due = self._monotonic() + _AGAIN
        return True

    @property
    def due(self) -> list[float]:
        """When the number is to be asked for, if anything waits for it."""
        return [] if self._due is None else [self._due]

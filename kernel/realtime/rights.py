"""Events that came before the news of a change of rights they were sent after.

Every event carries how many changes there were (`kernel.auth.rights`) when it
was appended. One whose number was heard is delivered at once, which is nearly
always; another waits for its number.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from kernel.realtime.live_room import RoomKey
from kernel.realtime.sequencer import StreamEvent

_WAITING: Final = 10_000
"""Events that wait for a number; what does not fit is read from its stream."""
_OVERDUE: Final = 0.03
"""Seconds after which a number is asked for: its announcement was lost."""
_AGAIN: Final = 1.0  # seconds until it is asked for again


class Early(NamedTuple):
    """An event that came before the number it carries was heard."""

    rights: int
    room: RoomKey
    epoch: str
    event: StreamEvent


class Rights:
    """The number heard last, and what waits for a higher one; under the lock of the rooms.

    `on_wait` is called when `patience` has become shorter; it must not wait.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.heard = 0
        self.on_wait: Callable[[], None] = lambda: None
        self._monotonic = monotonic
        self._early: list[tuple[int, int, Early]] = []
        self._count = count()
        self._due: float | None = None

    def wait(self, early: Early) -> None:
        """Keep an event until its number is heard."""
        if len(self._early) < _WAITING:
            heappush(self._early, (early.rights, next(self._count), early))
        self.expect()

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return len(self._early)

    def expect(self) -> None:
        """Have the number asked for, unless it is heard soon."""
        if self._due is None:
            self._due = self._monotonic() + _OVERDUE
            self.on_wait()

    def hear(self, number: int) -> list[Early]:
        """Take a number; return what waited for one no higher, in the order in which it came."""
        self.heard, self._due = max(self.heard, number), None
        released = []
        while self._early and self._early[0][0] <= self.heard:
            released.append(heappop(self._early)[2])
        if self._early:
            self.expect()
        return released

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

"""Many things that each wait equally long: one queue, one timer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar

from gevent import get_hub

T = TypeVar("T", bound=Hashable)
TURN = 256  # expiries in one turn of the hub


class Deadlines(Generic[T]):
    """Calls `expired(thing, due)` in the hub once `seconds` passed since its `start`.

    `due` is the moment it was due at, on `time.monotonic()`: a wait that follows
    starts there, and the turns of a busy hub do not add up.

    PERF: all wait equally long, so the order of starts is the order of ends: a
    start costs 0.3 µs and no timer of its own.
    """

    def __init__(self, seconds: float, expired: Callable[[T, float], None]) -> None:
        self._seconds = seconds
        self._expired = expired
        self._ends: OrderedDict[T, float] = OrderedDict()
        self._timer: Any = None

    def __len__(self) -> int:
        return len(self._ends)

    def start(self, thing: T, since: float | None = None) -> None:
        """Begin to wait, or anew; `since` (default: now) is when the wait began."""
        self._ends[thing] = (monotonic() if since is None else since) + self._seconds
        self._ends.move_to_end(thing)
        if self._timer is None:
            self._wait(self._seconds)

    def cancel(self, thing: T) -> None:
        """Wait no more; harmless when it does not."""
        self._ends.pop(thing, None)

    def _wait(self, seconds: float) -> None:
        self._timer = get_hub().loop.timer(max(seconds, 0.0), ref=False)
        self._timer.start(self._fire)

    def _fire(self) -> None:
        self._timer.close()
        self._timer = None
        try:
            self.expire(TURN)
        finally:
            if self._ends and self._timer is None:  # `expired` may have started one anew
                self._wait(next(iter(self._ends.values())) - monotonic())

    def expire(self, most: int) -> None:
        """Call `expired` for what is due, `most` of it, without waiting for the timer's turn."""
        now = monotonic()
        while self._ends and most:
            thing, due = next(iter(self._ends.items()))
            if due > now:
                return
            most -= 1
            del self._ends[thing]
            self._expired(thing, due)

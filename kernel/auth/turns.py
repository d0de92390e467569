"""A few at a time, in the order of arrival, and no more waiting than agreed.

The queue is bounded by its length, not by time: how long a turn takes depends
on the machine and on what else it does, and a caller who has waited long is
nearest to his turn. A semaphore would let late-comers pass those who wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Full
from threading import Lock


class Turns:
    """Lets `slots` callers work at once and `queue` wait, first come first served."""

    def __init__(self, slots: int, queue: int) -> None:
        self._free = slots
        self._queue = queue
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Work inside it; raises `queue.Full` at once when too many are waiting."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._waiting) >= self._queue:
                raise Full
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # whoever leaves hands us his slot
        except BaseException:  # a greenlet that is killed while it waits
            self._give_up(mine)
            raise

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _give_up(self, mine: Lock) -> None:
        """Leave the queue; pass the slot on if it was handed to us meanwhile."""
        with self._lock:
            handed = mine not in self._waiting
            if not handed:
                self._waiting.remove(mine)
        if handed:
            self._leave()

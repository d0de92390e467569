"""Work that is done one piece after another, in a greenlet while there is some."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import gevent

Turn = Callable[[], None]


class Turns:
    """Runs turns in the order they were put; an idle one costs no greenlet."""

    __slots__ = ("_running", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Turn] | None = None
        self._running = False

    def put(self, turn: Turn) -> None:
        """Run `turn` after those put before; never waits. A turn answers for what it raises."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(turn)
        if not self._running:
            self._running = True
            gevent.spawn(self._run)

    def _run(self) -> None:
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            self._running, self._waiting = False, None

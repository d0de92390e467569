"""How often a worker that dies is replaced: at once, then later and later, then no more.

A worker that crashes after it booted (a fault of a library, the memory's end)
would otherwise be started again without end, each time to fail requests.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 60.0  # seconds within which deaths are counted
LONGEST = 16.0  # seconds between a death and its replacement


class Replacements:
    """Counts the deaths of the workers of one parent process."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Allow `most` replacements within a window."""
        self._most = most
        self._monotonic = monotonic
        self._deaths: deque[float] = deque()

    def count(self) -> bool:
        """Count a death; say whether there were too many to go on."""
        now = self._monotonic()
        self._deaths.append(now)
        self._forget(now)
        return len(self._deaths) > self._most

    def wait(self) -> float:
        """Return the seconds until the next worker may start; 0 for now."""
        now = self._monotonic()
        self._forget(now)
        if len(self._deaths) < 2:  # noqa: PLR2004 - the first is replaced at once
            return 0.0
        pause = min(LONGEST, 2.0 ** (len(self._deaths) - 2))
        return max(0.0, self._deaths[-1] + pause - now)

    def _forget(self, now: float) -> None:
        while self._deaths and now - self._deaths[0] > WINDOW:
            self._deaths.popleft()

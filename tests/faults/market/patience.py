"""How long people wait: as long as anything moves on, and a while more.

A machine that is busy with other things is slow and loses nothing. So nobody
gives up after so many seconds, but after so many in which nothing happened.
"""

from __future__ import annotations

import time
from typing import Final

STILL: Final = 120.0
"""Seconds without anything after which nothing comes: more than both processes take to start."""


class Pulse:
    """When a run last moved on."""

    def __init__(self) -> None:
        self.moved = time.monotonic()

    def beat(self) -> None:
        """Note that something happened which takes the run further."""
        self.moved = time.monotonic()


class Patience:
    """One wait, from now on."""

    def __init__(self, pulse: Pulse, still: float = STILL) -> None:
        self._pulse, self._still = pulse, still
        self._begun = time.monotonic()

    def lasts(self) -> bool:
        """Say whether to wait on."""
        return time.monotonic() - max(self._begun, self._pulse.moved) < self._still

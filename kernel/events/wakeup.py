"""Waking idle workers: here at once, elsewhere by NOTIFY, never lost for long.

A ring wakes one waiter; whoever finds work rings again before it starts, so a
burst wakes as many as it needs and a single event wakes one. Rings to other
processes are at most one in `_QUIET` seconds, because PostgreSQL lets one
notifying transaction commit at a time; so a waiter that was rung, or has just
worked, looks once more after that pause. The poll of `kernel.tasks.worker`
finds what a crash or a lost connection kept quiet.
"""

from __future__ import annotations

import threading
import time

import structlog
from peewee import PeeweeException

from kernel.errors import Unavailable
from kernel.storage import Database

log = structlog.get_logger(__name__)
_QUIET = 0.05  # seconds
_IDLE = 60.0


class Wakeup:
    """A bell for the waiters of one channel."""

    def __init__(self, db: Database, channel: str) -> None:
        self.channel = channel
        self._db = db
        self._rung = False
        self._closed = False
        self._bell = threading.Condition()
        self._notified = float("-inf")

    def ring(self) -> None:
        """Wake one waiter of this process."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    def close(self) -> None:
        """Wake every waiter, for good: `wait` returns at once from now on."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()

    def wait(self, *, again: bool) -> bool:
        """Wait until rung; with `again`, for a pause at most. True when rung.

        Pass as `again` whether there was work, or what the last wait returned.
        """
        with self._bell:
            if not self._rung and not self._closed:
                self._bell.wait(2 * _QUIET if again else _IDLE)
            rung, self._rung = self._rung, False
            return rung

    def rest(self, seconds: float) -> None:
        """Wait whatever rings, unless closed."""
        with self._bell:
            self._bell.wait_for(lambda: self._closed, seconds)

    def after_commit(self) -> None:
        """Once the present transaction commits, wake a waiter here and elsewhere."""
        self._db.on_commit(self._ring_everywhere)

    def heard(self, _payload: str | None) -> None:
        """Take a notification, or a reconnection (None), from the `Listener`."""
        self.ring()

    def _ring_everywhere(self) -> None:
        self.ring()
        now = time.monotonic()
        if now - self._notified < _QUIET:
            return
        self._notified = now
        try:
            self._db.notify(self.channel)
        except (Unavailable, PeeweeException) as ex:
            log.warning("wakeup_not_sent", channel=self.channel, error=str(ex), remedy="the poll finds it")

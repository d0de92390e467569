"""One worker: deliveries, tasks, schedules, and the poll that misses nothing.

The same `Worker` stands in `manage.py worker` and, embedded, in `serve`. It is
event-driven: idle loops sleep until a commit rings them. Once in
`[tasks] poll` seconds the poll looks at the rows themselves, for what is due by
time alone and for whatever a crash, a dead worker or a lost wake-up left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from peewee import PeeweeException

from kernel.application import Application
from kernel.errors import Unavailable
from kernel.events.dispatcher import Dispatcher
from kernel.redis import RedisAway
from kernel.tasks.consumer import Consumer

log = structlog.get_logger(__name__)
_HEALTH = 10.0  # seconds between two looks whether huey's workers live
_PAUSE = 1.0  # seconds after the database failed


class Worker:
    """Runs the background work of one application until stopped."""

    def __init__(self, application: Application) -> None:
        self._app = application
        self._bus, self._queue = application.bus, application.tasks
        self._dispatcher = Dispatcher(self._bus)
        self._stopping, self._stopped = threading.Event(), threading.Event()
        self._loops: list[threading.Thread] = []
        self._consumer: Consumer | None = None
        self._renewed = self._checked = time.monotonic()

    def start(self) -> None:
        """Start the loops; returns at once."""
        for wakeup in (self._bus.wakeup, self._queue.wakeup):
            self._app.listener.on(wakeup.channel, wakeup.heard)
        self._consumer = Consumer(self._queue)
        self._consumer.start()
        for number in range(self._bus.settings.concurrency):
            self._spawn(f"stoa-events-{number}", self._deliver)
        self._spawn("stoa-poll", self._poll_regularly)

    def stop(self) -> None:
        """Finish what runs within `[tasks] grace`, give the rest back, return."""
        self._stopping.set()
        self._dispatcher.stop()
        self._bus.wakeup.close()
        if self._consumer is not None:
            self._consumer.stop_flag.set()
            self._queue.wakeup.close()
            self._consumer.stop(graceful=True)
        self._stopped.set()
        deadline = time.monotonic() + self._queue.settings.grace
        for loop in self._loops:
            loop.join(max(0.1, deadline - time.monotonic()))
        self._queue.release_held()
        if self._queue.redis is not None:
            self._queue.redis.close()
        self._app.db.release()

    def _spawn(self, name: str, run: Callable[[], Any]) -> None:
        loop = threading.Thread(target=run, name=name, daemon=True)
        loop.start()
        self._loops.append(loop)

    # -- deliveries ----------------------------------------------------------

    def _deliver(self) -> None:
        again = False
        while not self._stopping.is_set():
            worked = self._guarded(self._dispatcher.run_batch)
            again = bool(worked) or self._bus.wakeup.wait(again=again)

    # -- the poll ------------------------------------------------------------

    def _poll_regularly(self) -> None:
        # Leases are renewed until the last task has ended, hence not `_stopping`.
        while not self._stopped.wait(self._queue.settings.poll):
            self._guarded(self.poll)

    def poll(self) -> None:
        """Look once: leases, ticks, and rows that are due."""
        now = time.monotonic()
        if now - self._renewed > self._queue.settings.lease / 3:
            self._queue.rows.renew(tuple(self._queue.runner.held))
            self._renewed = now
        if self._stopping.is_set():
            return
        self._queue.schedules.fire_due()
        self._queue.sweep()
        if self._dispatcher.is_due():
            self._bus.wakeup.ring()
        if now - self._checked > _HEALTH and self._consumer is not None:
            self._consumer.check_worker_health()
            self._checked = now

    def _guarded(self, step: Callable[[], Any]) -> Any:
        """Run a step; log what it raises and rest, for the loop must go on."""
        try:
            return step()
        except (Unavailable, PeeweeException, RedisAway) as ex:
            log.warning("worker_waits", step=step.__name__, error=str(ex), seconds=_PAUSE)
        except Exception as ex:  # boundary: a loop that ends would stop all work in silence
            log.exception("worker_step_failed", step=step.__name__, error=str(ex))
        finally:
            self._app.db.release()
        self._stopping.wait(_PAUSE)
        return None


def run_due(application: Application) -> int:
    """Fire ticks, deliver events and run tasks, here and now, until nothing is due.

    For tests and scripts, without a worker. Returns how much was run.
    """
    dispatcher, total, count = Dispatcher(application.bus), 0, 1
    while count:
        count = len(application.tasks.schedules.fire_due()) + dispatcher.drain() + application.tasks.drain()
        total += count
    return total

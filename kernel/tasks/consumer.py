"""huey's consumer over our rows: workers, time limits, orderly stop.

huey takes a storage and runs what it dequeues in a pool of greenlets (threads,
where gevent is not in use). Our storages hand it rows that are already claimed;
retries, schedules, uniqueness, results and cancellation are the row's, because
a message that huey has popped is gone if its worker dies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from peewee import PeeweeException

from kernel.absence import absent
from kernel.errors import Unavailable
from kernel.redis import RedisAway
from kernel.storage.pool import under_gevent
from kernel.tasks.queue import TaskQueue
from kernel.tasks.rows import Row
from kernel.tasks.wake import RedisWake

with absent("redis", "sqlite3", "cysqlite", "psycopg"):  # PERF: 10 MB for huey's own storages, not used here
    from huey.api import Huey
    from huey.consumer import Consumer as HueyConsumer
    from huey.storage import BaseStorage

log = structlog.get_logger(__name__)
_PAUSE = 1.0  # seconds after the database failed


class Claimed:
    """A claimed row in the shape huey passes around."""

    def __init__(self, row: Row, timeout: float) -> None:
        self.row, self.timeout, self.id = row, timeout, str(row["id"])

    def __repr__(self) -> str:
        return f"<{self.row['name']} {self.id}>"


class RowStorage(BaseStorage):  # type: ignore[misc]  # huey is untyped
    """Dequeues straight from `kernel_task`; sleeps until rung."""

    blocking = True

    def __init__(self, name: str, queue: TaskQueue) -> None:
        super().__init__(name)
        self._queue = queue
        self._again = False

    def dequeue(self) -> Row | None:
        """Return the next due row, claimed; None after a wait without one."""
        try:
            return self._dequeue()
        except (Unavailable, PeeweeException) as ex:
            log.warning("worker_waits", step="dequeue", error=str(ex), seconds=_PAUSE)
            self._queue.db.release()
            self._queue.wakeup.rest(_PAUSE)
            return None

    def _dequeue(self) -> Row | None:
        row = self._queue.rows.claim_next()
        if row is not None:
            self._queue.wakeup.ring()  # there may be more: let an idle neighbour look
            self._again = True
            return row
        self._queue.db.release()
        # One waiter that looks again after a short pause serves all: the flag is shared.
        again, self._again = self._again, False
        if self._queue.wakeup.wait(again=again):
            self._again = True
        return None

    def read_schedule(self, _moment: datetime) -> list[bytes]:
        """Return nothing: what is to run later is a row."""
        return []


class RedisStorage(RowStorage):
    """Dequeues ids from Redis; while it is away, rows directly."""

    def __init__(self, name: str, queue: TaskQueue, redis: RedisWake) -> None:
        super().__init__(name, queue)
        self._redis = redis

    def _dequeue(self) -> Row | None:
        try:
            id_ = self._redis.pop()
        except RedisAway:
            return super()._dequeue()
        row = self._queue.rows.claim(id_) if id_ else None
        if row is None:
            self._queue.db.release()
        return row


class RowHuey(Huey):  # type: ignore[misc]
    """A huey whose messages are claimed rows."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue
        super().__init__("stoa", results=False, storage_class=self._storage)

    def _storage(self, name: str) -> RowStorage:
        redis = self._queue.redis
        return RedisStorage(name, self._queue, redis) if redis else RowStorage(name, self._queue)

    def deserialize_task(self, row: Row) -> Claimed:
        """Return the row as a thing to execute."""
        return Claimed(row, self._queue.runner.timeout_of(row))

    def execute(self, task: Claimed, _timestamp: Any = None) -> None:
        """Run it within its time limit."""
        self._queue.runner.run(task.row, self._timeout_context(task))


class Consumer(HueyConsumer):  # type: ignore[misc]
    """A pool of workers inside a process that handles its own signals."""

    def __init__(self, queue: TaskQueue) -> None:
        settings = queue.settings
        super().__init__(
            RowHuey(queue),
            workers=settings.concurrency,
            periodic=False,
            scheduler_interval=60,
            worker_type="greenlet" if under_gevent() else "thread",
            shutdown_timeout=settings.grace,
        )

    def _set_signal_handlers(self) -> None:
        """Leave the signals to the server or the command."""

"""The task queue: what `enqueue` writes, and the log it leaves."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from kernel.clock import Clock
from kernel.errors import StoaError
from kernel.events.envelope import behalf
from kernel.events.wakeup import Wakeup
from kernel.redis import RedisSettings
from kernel.storage import Database, uuid7
from kernel.tasks.declaration import Schedule, Task
from kernel.tasks.housekeeping import purge
from kernel.tasks.rows import Rows
from kernel.tasks.runner import Runner
from kernel.tasks.schedules import Schedules
from kernel.tasks.settings import TasksSettings
from kernel.tasks.wake import RedisWake

log = structlog.get_logger(__name__)
CHANNEL = "stoa_tasks"
_CHUNK = 5000

_CANCEL = "UPDATE kernel_task SET state = 'cancelled', finished_at = %s WHERE id = %s AND state = 'queued'"
_RETRY = """
UPDATE kernel_task SET state = 'queued', run_at = %(now)s, attempt = 0, finished_at = NULL, woken_at = NULL
WHERE id = %(id)s AND state = 'failed' AND NOT EXISTS (
    SELECT FROM kernel_task AS other
    WHERE other.unique_key = kernel_task.unique_key AND other.state = 'queued')
"""
_LOG = """
SELECT id, name, arguments, state, attempt, attempts, run_at, enqueued_at, started_at, finished_at, actor,
       correlation_id, result, error, worker
FROM kernel_task
WHERE (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(name)s::text IS NULL OR name = %(name)s)
ORDER BY enqueued_at DESC, id DESC LIMIT %(limit)s
"""
_DEPTH = (
    "SELECT state, count(*) FROM kernel_task WHERE state IN ('queued', 'running', 'failed') GROUP BY state"
)
_LAG = """
SELECT extract(epoch FROM %s - min(run_at))::float8 FROM kernel_task WHERE state = 'queued' AND run_at <= %s
"""
_PURGE = """
DELETE FROM kernel_task WHERE id = ANY(ARRAY(
    SELECT id FROM kernel_task
    WHERE finished_at < CASE WHEN state = 'failed' THEN %(failed)s ELSE %(finished)s END LIMIT %(limit)s))
"""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One run as it stands in the task log."""

    id: UUID
    name: str
    arguments: Mapping[str, Any]
    state: str
    attempt: int
    attempts: int
    run_at: datetime
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    actor: str
    correlation_id: str
    result: Any
    error: str | None
    worker: str | None


class TaskQueue:
    """Stores runs of tasks and wakes workers; `app.tasks`.

    With Redis configured the wake-ups go through it; else through PostgreSQL.
    `runner.observers` are called after each run.
    """

    def __init__(
        self,
        settings: TasksSettings,
        db: Database,
        clock: Clock,
        tasks: Sequence[Task] = (),
        redis: RedisSettings | None = None,
    ) -> None:
        self.settings, self.db, self.clock = settings, db, clock
        self.tasks: dict[str, Task] = {}
        for one in (purge, *tasks):
            self._add(one)
        worker = f"{socket.gethostname()}:{os.getpid()}"
        self.rows = Rows(db, clock, tuple(self.tasks), worker, settings.lease)
        self.runner = Runner(db, self.rows, self.tasks)
        self.schedules = Schedules(
            db, clock, [one for one in self.tasks.values() if isinstance(one, Schedule)]
        )
        self.wakeup = Wakeup(db, CHANNEL)
        self.redis = RedisWake(redis) if redis and redis.url else None

    def _add(self, task: Task) -> None:
        if task.name in self.tasks:
            raise StoaError(f"two tasks are named {task.name}: rows would be mixed up")
        task.parameters  # noqa: B018 - a parameter that JSON cannot hold is named now, not at the first enqueue
        self.tasks[task.name] = task

    def suspend(self, names: Iterable[str]) -> None:
        """Run none of these tasks here: their plugin could not start. Their rows wait until it can."""
        left = frozenset(names)
        self.rows.leave(left)
        self.schedules.leave(left)

    def enqueue(
        self,
        task: Task,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Store a run; see `Task.enqueue`."""
        if task.name not in self.tasks:
            raise StoaError(f"{task.name} is not registered: return it from register_tasks")
        if at is not None and at.tzinfo is None:
            raise TypeError(f"{task.name}: at={at} has no time zone; use app.clock.now()")
        text = task.dump(args, kwargs or {})
        row = {
            "id": uuid7(),
            "name": task.name,
            "arguments": text,
            "unique_key": task.key(args, kwargs or {}, text),
            "run_at": at or self.clock.now(),
            "attempts": task.retries + 1,
            **behalf()._asdict(),
        }
        id_ = self.rows.insert(row)
        if at is None or at <= self.clock.now():
            self._wake_after_commit(id_)
        return id_

    def _wake_after_commit(self, id: UUID) -> None:
        if self.redis is None:
            self.wakeup.after_commit()
        else:
            redis = self.redis
            self.db.on_commit(lambda: redis.push([id]))

    def drain(self) -> int:
        """Run what is due, here and now, until nothing is; return how many runs.

        For tests and scripts. Failures are logged and retried as in a worker.
        """
        count = 0
        while row := self.rows.claim_next():
            self.runner.run(row, nullcontext())
            count += 1
        return count

    def sweep(self) -> None:
        """Queue again what dead workers left, and wake workers for what is due.

        Ids are pushed to Redis only while its list is short: a long one is a
        backlog, not a loss.
        """
        for row in self.rows.recover():
            log.warning("task_recovered", task=row["name"], id=str(row["id"]), worker=row["worker"])
        if self.redis is None or self.redis.away:
            if self.rows.is_due():
                self.wakeup.ring()
        elif self.redis.size() < self.settings.concurrency:
            self.redis.push(self.rows.to_wake(self.settings.rewake))

    def release_held(self) -> None:
        """Give back what this process is running: it is about to end."""
        for id_, attempt in tuple(self.runner.held):
            self.rows.release({"id": id_, "attempt": attempt})

    def cancel(self, id: UUID) -> bool:
        """Take a waiting run out of the queue; False when it runs or has run."""
        return bool(self.db.execute_sql(_CANCEL, (self.clock.now(), id)).rowcount)

    def retry(self, id: UUID) -> bool:
        """Queue a failed run again, with all its attempts; False when it is not failed."""
        queued = bool(self.db.execute_sql(_RETRY, {"id": id, "now": self.clock.now()}).rowcount)
        if queued:
            self._wake_after_commit(id)
        return queued

    def log(
        self, *, id: UUID | None = None, state: str | None = None, name: str | None = None, limit: int = 100
    ) -> list[TaskRecord]:
        """Return runs from the task log, the latest first."""
        asked = {"id": id, "state": state, "name": name, "limit": limit}
        return [TaskRecord(**row) for row in self.db.dicts(_LOG, asked)]

    def depth(self) -> dict[str, int]:
        """Return how many runs are queued (due or not), running and failed."""
        found = {"queued": 0, "running": 0, "failed": 0}
        return found | {state: int(count) for state, count in self.db.rows(_DEPTH)}

    def lag(self) -> float:
        """Return for how many seconds the longest-waiting due run has been due."""
        now = self.clock.now()
        [(seconds,)] = self.db.rows(_LAG, (now, now))
        return float(seconds or 0)

    def purge(self) -> int:
        """Delete runs that ended longer ago than their retention; return how many."""
        now = self.clock.now()
        asked = {
            "finished": now - timedelta(days=self.settings.retention_days),
            "failed": now - timedelta(days=self.settings.failed_retention_days),
            "limit": _CHUNK,
        }
        total, count = 0, _CHUNK
        while count == _CHUNK:
            count = int(self.db.execute_sql(_PURGE, asked).rowcount)
            total += count
        return total

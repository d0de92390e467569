"""Runs a claimed task and writes into its row what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import structlog

from kernel.events.codec import dump
from kernel.events.envelope import Behalf, on_behalf_of
from kernel.events.failure import backoff, describe
from kernel.storage import Database
from kernel.tasks.declaration import Task
from kernel.tasks.rows import Row, Rows

log = structlog.get_logger(__name__)
_RESULT_LIMIT = 4000  # characters; the log is no blob store
_BACKOFF_LIMIT = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Observation:
    """What became of one run; for metrics and traces."""

    name: str
    attempt: int
    seconds: float
    error: Exception | None


class Runner:
    """Runs tasks of one process; `held` are those it is running now."""

    def __init__(self, db: Database, rows: Rows, tasks: Mapping[str, Task]) -> None:
        self._db, self._rows, self._tasks = db, rows, tasks
        self.held: set[tuple[UUID, int]] = set()
        self.observers: list[Callable[[Observation], None]] = []

    def timeout_of(self, row: Row) -> float:
        """Return how many seconds a run of this row may take."""
        return self._tasks[row["name"]].timeout

    def run(self, row: Row, limit: AbstractContextManager[Any]) -> None:
        """Run a claimed row inside `limit`, which ends it when its time is over.

        A failure is logged and retried or final. Interrupted by anything but an
        Exception (the worker is being stopped), the row is given back.
        """
        task, held = self._tasks[row["name"]], (row["id"], row["attempt"])
        self.held.add(held)
        try:
            with on_behalf_of(Behalf(row["actor"], row["correlation_id"], row["trace"])):
                self._run(task, row, limit)
        except Exception:
            raise
        except BaseException:
            self._rows.release(row)
            raise
        finally:
            self.held.discard(held)
            self._db.release()

    def _run(self, task: Task, row: Row, limit: AbstractContextManager[Any]) -> None:
        started, error, result = time.perf_counter(), None, None
        try:
            with limit:
                result = task.function(**task.load(row["arguments"]))
        except Exception as ex:  # noqa: BLE001 - a task's failure is stored, logged and retried
            error = ex
        finally:
            # Ended in the middle of a query, its connection is broken: the row gets a good one.
            self._db.release()
        observation = Observation(task.name, row["attempt"], time.perf_counter() - started, error)
        kept = self._failed(task, row, error) if error else self._rows.finish(row, _as_json(result))
        if not kept:
            log.warning("task_lease_lost", task=task.name, id=str(row["id"]), attempt=row["attempt"])
        elif error is None and row["correlation_id"]:  # what a request left behind, not every tick
            log.info("task_done", task=task.name, id=str(row["id"]), seconds=round(observation.seconds, 4))
        for observe in self.observers:
            observe(observation)

    def _failed(self, task: Task, row: Row, error: Exception) -> bool:
        last = row["attempt"] >= row["attempts"]
        log.error(
            "task_failed" if last else "task_will_retry",
            task=task.name,
            id=str(row["id"]),
            attempt=row["attempt"],
            attempts=row["attempts"],
            exc_info=error,
        )
        if last:
            return self._rows.fail(row, describe(error))
        return self._rows.try_again(
            row, describe(error), backoff(task.backoff, row["attempt"], _BACKOFF_LIMIT)
        )


def _as_json(result: Any) -> str | None:
    """Return the result for the log: its JSON, or its repr when it has none or is long."""
    if result is None:
        return None
    try:
        text = dump(result)
    except orjson.JSONEncodeError:
        text = ""
    return text if 0 < len(text) <= _RESULT_LIMIT else dump(repr(result)[:_RESULT_LIMIT])

"""The rows of `kernel_task`: queue, lease and log in one table.

A row goes queued → running → done, or back to queued after a failure with
attempts left, else failed; cancelled leaves the queue. `attempt` numbers the
runs and fences them: a worker that lost its lease finds it changed, and what it
would write is dropped. Leases are measured on the database's clock, one for all
machines and not moved by a test clock; `run_at` is on the application's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from peewee import IntegrityError

from kernel.clock import Clock
from kernel.storage import Database, Statement, violated_constraint

Row = dict[str, Any]

# A duplicate of a waiting unique row locks that row until the caller commits: it cannot
# run before, and so sees what the caller is about to change. A caller whose change is
# committed finds the row and leaves it: whoever claims it after that sees the change.
# PERF: else all who wake one task take turns at its row, each for as long as a commit takes.
_INSERT = Statement("""
WITH waiting AS (
    SELECT id FROM kernel_task WHERE unique_key = %(unique_key)s AND state = 'queued'
        AND run_at <= %(run_at)s AND %(is_committed)s
), added AS (
    INSERT INTO kernel_task (id, name, arguments, unique_key, run_at, attempts, actor, correlation_id, trace,
        enqueued_at, woken_at)
    SELECT %(id)s, %(name)s, %(arguments)s::jsonb, %(unique_key)s, %(run_at)s::timestamptz, %(attempts)s,
        %(actor)s, %(correlation_id)s, %(trace)s, %(now)s::timestamptz,
        CASE WHEN %(run_at)s <= %(now)s THEN clock_timestamp() END
    WHERE NOT EXISTS (SELECT FROM waiting)
    ON CONFLICT (unique_key) WHERE state = 'queued'
        DO UPDATE SET run_at = least(kernel_task.run_at, excluded.run_at)
    RETURNING id
)
SELECT id FROM waiting UNION ALL SELECT id FROM added
""")

# Of a unique key one row waits at most, so two claims cannot both take one.
_DUE = """state = 'queued' AND run_at <= %(now)s AND name = ANY(%(names)s)
    AND (unique_key IS NULL OR NOT EXISTS (
        SELECT FROM kernel_task AS other
        WHERE other.unique_key = kernel_task.unique_key AND other.state = 'running'))
"""
_CLAIM = """
UPDATE kernel_task SET state = 'running', attempt = attempt + 1, started_at = %(now)s, worker = %(worker)s,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (SELECT id FROM kernel_task WHERE {which} ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, name, arguments, attempt, attempts, actor, correlation_id, trace, run_at
"""
_CLAIM_NEXT = Statement(_CLAIM.format(which=_DUE))
_CLAIM_THIS = Statement(_CLAIM.format(which=f"id = %(id)s AND {_DUE}"))
_FORGET_WAKE = Statement("UPDATE kernel_task SET woken_at = NULL WHERE id = %s AND state = 'queued'")

_CHANGE = """
UPDATE kernel_task SET {change} WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'running'
"""
_DONE = Statement(
    _CHANGE.format(change="state = 'done', result = %(result)s::jsonb, error = NULL, finished_at = %(now)s")
)
_END = _CHANGE.format(change="state = %(state)s, error = %(error)s, finished_at = %(now)s")
_AGAIN = _CHANGE.format(change="state = 'queued', error = %(error)s, run_at = %(run_at)s, woken_at = NULL")
_RELEASE = _CHANGE.format(change="state = 'queued', attempt = attempt - 1, woken_at = NULL")
_RENEW = """
UPDATE kernel_task SET lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE state = 'running' AND (id, attempt) IN (SELECT * FROM unnest(%s::uuid[], %s::int[]))
"""
_EXPIRED = """
SELECT id, name, attempt, attempts, worker FROM kernel_task
WHERE state = 'running' AND lease_until < clock_timestamp()
ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
"""
_IS_DUE = Statement(f"SELECT EXISTS (SELECT FROM kernel_task WHERE {_DUE})")  # noqa: S608 - joined from constants
_TO_WAKE = Statement(f"""
UPDATE kernel_task SET woken_at = clock_timestamp() WHERE id = ANY(ARRAY(
    SELECT id FROM kernel_task WHERE {_DUE}
      AND (woken_at IS NULL OR woken_at < clock_timestamp() - make_interval(secs => %(rewake)s))
    ORDER BY run_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) RETURNING id
""")  # noqa: S608 - joined from constants


class Rows:
    """What one process does to the rows of its tasks."""

    def __init__(self, db: Database, clock: Clock, names: Sequence[str], worker: str, lease: float) -> None:
        self._db, self._clock = db, clock
        self._common: dict[str, Any] = {"names": list(names), "worker": worker, "lease": lease}

    def leave(self, names: Iterable[str]) -> None:
        """Claim no run of these tasks from now on; another process may."""
        left = frozenset(names)
        self._common["names"] = [name for name in self._common["names"] if name not in left]

    def insert(self, row: Row) -> UUID:
        """Store a run; return its id, or that of the waiting row it duplicates."""
        committed = not self._db.in_transaction()
        [(id_,)] = self._db.rows(_INSERT, {**row, "now": self._clock.now(), "is_committed": committed})
        return UUID(str(id_))

    def claim_next(self) -> Row | None:
        """Take the run that is due longest, with a lease; None when there is none."""
        return self._claim(_CLAIM_NEXT)

    def claim(self, id: UUID) -> Row | None:
        """Take this run if it is due and nobody has it.

        Not so, it is left to the poll, which sees when it is: it may wait for
        its unique key or for a transaction.
        """
        row = self._claim(_CLAIM_THIS, id=id)
        if row is None:
            self._db.execute_sql(_FORGET_WAKE, (id,))
        return row

    def _claim(self, sql: str, **values: Any) -> Row | None:
        rows = self._db.dicts(sql, {**self._common, **values, "now": self._clock.now()})
        return rows[0] if rows else None

    def finish(self, row: Row, result: str | None) -> bool:
        """Log success with a JSON result; False: the lease was lost, another runs it."""
        return self._change(_DONE, row, result=result)

    def fail(self, row: Row, error: str) -> bool:
        """Log the last failure."""
        return self._change(_END, row, state="failed", error=error)

    def try_again(self, row: Row, error: str, wait: timedelta) -> bool:
        """Queue it for another attempt, unless a younger one of its unique key waits."""
        try:
            with self._db.atomic():
                return self._change(_AGAIN, row, error=error, run_at=self._clock.now() + wait)
        except IntegrityError as ex:
            if violated_constraint(ex) != "kernel_task_unique":
                raise
            return self._change(
                _END, row, state="cancelled", error=f"a younger run waits instead of:\n{error}"
            )

    def release(self, row: Row) -> bool:
        """Give it back; the attempt does not count."""
        try:
            with self._db.atomic():
                return self._change(_RELEASE, row)
        except IntegrityError as ex:
            if violated_constraint(ex) != "kernel_task_unique":
                raise
            return self._change(_END, row, state="cancelled", error="given back while a younger run waits")

    def renew(self, held: Iterable[tuple[UUID, int]]) -> None:
        """Extend the leases of (id, attempt) pairs this process is running."""
        pairs = list(held)
        if pairs:
            ids, attempts = [str(id_) for id_, _ in pairs], [attempt for _, attempt in pairs]
            self._db.execute_sql(_RENEW, (self._common["lease"], ids, attempts))

    def recover(self) -> list[Row]:
        """Queue again, or fail, what dead workers left; return those rows."""
        with self._db.atomic():
            rows = self._db.dicts(_EXPIRED)
            for row in rows:
                error = f"worker {row['worker']} died at attempt {row['attempt']}"
                if row["attempt"] >= row["attempts"]:
                    self.fail(row, error)
                else:
                    self.try_again(row, error, timedelta())
        return rows

    def is_due(self) -> bool:
        """Tell whether a run could be claimed now."""
        [(due,)] = self._db.rows(_IS_DUE, {**self._common, "now": self._clock.now()})
        return bool(due)

    def to_wake(self, rewake: float) -> list[UUID]:
        """Return due runs never woken, or woken `rewake` seconds ago in vain."""
        asked = {**self._common, "now": self._clock.now(), "rewake": rewake}
        return [UUID(str(id_)) for (id_,) in self._db.rows(_TO_WAKE, asked)]

    def _change(self, sql: str, row: Row, **values: Any) -> bool:
        fence = {"id": row["id"], "attempt": row["attempt"], "now": self._clock.now()}
        return bool(self._db.execute_sql(sql, {**fence, **values}).rowcount)

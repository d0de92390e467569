"""Claiming deliveries: the statements behind the dispatcher.

A claim moves `due_at` into the future by the lease. Nobody else sees the row
until then; if its worker died, it is due again by itself. `attempt` numbers the
claims of a row and fences them: whoever was slow finds it changed and stops.

Order per (subscriber, key): claims take turns (an advisory lock; a claim lasts
a millisecond), and a row is claimed only with or after every earlier pending
row of its key. Two claims at once could each skip the other's locked row and
take its successor: that is why they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.storage import Database, Statement

_CLAIM_LOCK = (0x57AF, 0)
_LOCK = Statement("SELECT pg_advisory_xact_lock(%s, %s)")

# `blocked` are the keys in which a row is claimed or backs off: what stands behind it
# waits. `whole` are the keys of which no earlier row is missing, because it is locked: its
# handler outlived its lease and may yet commit.
# PERF: `blocked` is found by its index and hashed, so 10,000 rows behind one failing
# delivery cost a claim 10 ms; a NOT EXISTS for each row looked back through all before it.
_CLAIM = """
WITH blocked AS MATERIALIZED (
    SELECT subscriber, key, min(position) AS first FROM kernel_delivery
    WHERE state = 'pending' AND due_at > %(now)s GROUP BY subscriber, key
),
open AS MATERIALIZED (
    SELECT this.subscriber, this.position, this.key
    FROM kernel_delivery AS this LEFT JOIN blocked USING (subscriber, key)
    WHERE this.state = 'pending' AND this.due_at <= %(now)s AND this.subscriber = ANY(%(subscribers)s)
      AND (blocked.first IS NULL OR this.position < blocked.first)
    ORDER BY this.position LIMIT %(limit)s FOR UPDATE OF this SKIP LOCKED
),
whole AS (
    SELECT subscriber, key FROM open GROUP BY subscriber, key
    HAVING count(*) = (
        SELECT count(*) FROM kernel_delivery AS every
        WHERE every.subscriber = open.subscriber AND every.key = open.key AND every.state = 'pending'
          AND every.position <= max(open.position))
),
next AS (SELECT subscriber, position FROM open JOIN whole USING (subscriber, key))
UPDATE kernel_delivery AS claimed SET attempt = claimed.attempt + 1, due_at = %(leased_until)s
FROM next JOIN kernel_event AS event USING (position)
WHERE claimed.subscriber = next.subscriber AND claimed.position = next.position
RETURNING claimed.subscriber, claimed.position, claimed.attempt, claimed.replayed, claimed.error, event.id,
    event.type, event.key, event.actor, event.scope, event.correlation_id, event.trace, event.data,
    event.occurred_at
"""

_IS_DUE = Statement("""
SELECT EXISTS (SELECT FROM kernel_delivery
    WHERE state = 'pending' AND due_at <= %(now)s AND subscriber = ANY(%(subscribers)s))
""")
_CHANGE = """
UPDATE kernel_delivery SET {change}
WHERE subscriber = %(subscriber)s AND position = %(position)s AND attempt = %(attempt)s AND state = 'pending'
"""
_DONE = Statement(_CHANGE.format(change="state = 'done', finished_at = %(now)s, error = NULL"))
_FAILED = _CHANGE.format(change="due_at = %(due_at)s, error = %(error)s")
_DEAD = _CHANGE.format(change="state = 'dead', finished_at = %(now)s, error = %(error)s")
_RELEASE = _CHANGE.format(change="due_at = %(now)s, attempt = attempt - 1")
_RENEW = _CHANGE.format(change="due_at = %(leased_until)s")

Row = dict[str, Any]


class Claims:
    """The deliveries this process may work on."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(
        self, subscribers: Sequence[str], now: datetime, leased_until: datetime, limit: int
    ) -> list[Row]:
        """Claim up to `limit` due deliveries; return them with their events, by position."""
        asked = {"subscribers": list(subscribers), "now": now, "leased_until": leased_until, "limit": limit}
        with self._db.atomic():
            self._db.execute_sql(_LOCK, _CLAIM_LOCK)
            rows = self._db.dicts(_CLAIM, asked)
        return sorted(rows, key=lambda row: int(row["position"]))

    def is_due(self, subscribers: Sequence[str], now: datetime) -> bool:
        """Tell whether a pending delivery to these is due."""
        [(due,)] = self._db.rows(_IS_DUE, {"subscribers": list(subscribers), "now": now})
        return bool(due)

    def finish(self, row: Row, now: datetime) -> bool:
        """Mark it done and lock it, in the handler's transaction; False: it is another's now."""
        return self._change(_DONE, row, now=now)

    def fail(self, row: Row, error: str, due_at: datetime) -> bool:
        """Let it be tried again at `due_at`."""
        return self._change(_FAILED, row, error=error, due_at=due_at)

    def bury(self, row: Row, error: str, now: datetime) -> bool:
        """Set it aside as dead; the next of its key go on."""
        return self._change(_DEAD, row, error=error, now=now)

    def release(self, row: Row, now: datetime) -> bool:
        """Give it back untried; the attempt does not count."""
        return self._change(_RELEASE, row, now=now)

    def renew(self, row: Row, leased_until: datetime) -> bool:
        """Keep it for longer."""
        return self._change(_RENEW, row, leased_until=leased_until)

    def _change(self, sql: str, row: Row, **values: Any) -> bool:
        fence = {name: row[name] for name in ("subscriber", "position", "attempt")}
        return bool(self._db.execute_sql(sql, {**fence, **values}).rowcount)

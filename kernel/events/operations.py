"""The operator's side of events: how much waits, what died, replay, purge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.clock import Clock
from kernel.errors import StoaError
from kernel.events.settings import EventsSettings
from kernel.events.subscriber import Subscriber
from kernel.events.wakeup import Wakeup
from kernel.nearest import suggestion
from kernel.storage import Database

_CHUNK = 5000

_DEAD = """
SELECT delivery.position, delivery.subscriber, event.id, event.type, event.key, delivery.attempt,
       delivery.error, delivery.finished_at AS died_at
FROM kernel_delivery AS delivery JOIN kernel_event AS event USING (position)
WHERE delivery.state = 'dead' AND (%(subscriber)s::text IS NULL OR delivery.subscriber = %(subscriber)s)
ORDER BY delivery.position LIMIT %(limit)s
"""
_RETRY = """
UPDATE kernel_delivery SET state = 'pending', attempt = 0, due_at = %(now)s, finished_at = NULL
WHERE state = 'dead' AND (%(subscriber)s::text IS NULL OR subscriber = %(subscriber)s)
  AND (%(position)s::bigint IS NULL OR position = %(position)s)
"""
_DISCARD = "DELETE FROM kernel_delivery WHERE state = 'dead' AND subscriber = %s AND position = %s"
# A delivery that is pending is left as it is: it will come anyway.
_REPLAY = """
WITH chosen AS (
    SELECT position, key FROM kernel_event
    WHERE position > %(after)s AND type = %(type)s
      AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
    ORDER BY position LIMIT %(limit)s
),
delivered AS (
    INSERT INTO kernel_delivery (position, subscriber, key, due_at, replayed)
    SELECT position, %(subscriber)s, key, %(now)s, true FROM chosen
    ON CONFLICT (subscriber, position) DO UPDATE
        SET state = 'pending', attempt = 0, due_at = excluded.due_at, replayed = true, error = NULL,
            finished_at = NULL
        WHERE kernel_delivery.state <> 'pending'
)
SELECT count(*), max(position) FROM chosen
"""
_DEPTH = "SELECT subscriber, count(*) FROM kernel_delivery WHERE state = 'pending' GROUP BY subscriber"
_LAG = """
SELECT subscriber, extract(epoch FROM %(now)s - event.occurred_at)::float8
FROM (
    SELECT subscriber, min(position) AS position FROM kernel_delivery
    WHERE state = 'pending' AND subscriber = ANY(%(subscribers)s) GROUP BY subscriber
) AS oldest JOIN kernel_event AS event USING (position)
"""
_DEAD_COUNT = "SELECT subscriber, count(*) FROM kernel_delivery WHERE state = 'dead' GROUP BY subscriber"
_HISTORY = """
SELECT position, id, type, key, actor, scope, correlation_id, data, occurred_at FROM kernel_event
WHERE position > %(after)s AND (%(key)s::text IS NULL OR key = %(key)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR occurred_at < %(until)s)
ORDER BY position LIMIT %(limit)s
"""
_PURGE = """
DELETE FROM kernel_delivery WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM kernel_delivery WHERE state = 'done' AND finished_at < %s LIMIT %s))
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that failed at every attempt, and why."""

    position: int
    subscriber: str
    id: UUID
    type: str
    key: str
    attempt: int
    error: str
    died_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the store, forever."""

    position: int
    id: UUID
    type: str
    key: str
    actor: str
    scope: str | None
    correlation_id: str
    data: dict[str, Any]
    occurred_at: datetime


class Operations:
    """What `manage.py events` and the metrics call: `app.bus.operations`."""

    def __init__(
        self,
        settings: EventsSettings,
        db: Database,
        clock: Clock,
        subscribers: Mapping[str, Subscriber],
        wakeup: Wakeup,
    ) -> None:
        self._settings, self._db, self._clock = settings, db, clock
        self._subscribers, self._wakeup = subscribers, wakeup

    def depth(self) -> dict[str, int]:
        """Return the number of pending deliveries by subscriber; a disabled plugin's too."""
        return {name: int(count) for name, count in self._db.rows(_DEPTH)}

    def lag(self) -> dict[str, float]:
        """Return the age in seconds of the oldest pending event by enabled subscriber."""
        asked = {"now": self._clock.now(), "subscribers": list(self._subscribers)}
        return {name: float(age) for name, age in self._db.rows(_LAG, asked)}

    def dead_count(self) -> dict[str, int]:
        """Return the number of dead letters by subscriber."""
        return {name: int(count) for name, count in self._db.rows(_DEAD_COUNT)}

    def dead(self, subscriber: str | None = None, limit: int = 100) -> list[DeadLetter]:
        """Return the dead letters, oldest first."""
        rows = self._db.dicts(_DEAD, {"subscriber": subscriber, "limit": limit})
        return [DeadLetter(**row) for row in rows]

    def retry(self, subscriber: str | None = None, position: int | None = None) -> int:
        """Deliver dead letters again, with all their attempts; return how many."""
        asked = {"subscriber": subscriber, "position": position, "now": self._clock.now()}
        return self._deliver(int(self._db.execute_sql(_RETRY, asked).rowcount))

    def discard(self, subscriber: str, position: int) -> bool:
        """Give one dead letter up; False when there is none. The event stays."""
        return bool(self._db.execute_sql(_DISCARD, (subscriber, position)).rowcount)

    def replay(self, subscriber: str, *, from_position: int = 0, since: datetime | None = None) -> int:
        """Deliver stored events to a subscriber (again), oldest first; return how many.

        Its handler sees `delivery.replayed`. Raises StoaError for an unknown or
        an inline subscriber. Runs in chunks, each a transaction of its own.
        """
        wire, total, after = self._named(subscriber).type, 0, from_position - 1
        while after is not None:
            values = {"after": after, "limit": _CHUNK, "now": self._clock.now()}
            asked = {"subscriber": subscriber, "type": wire, "since": since, **values}
            [(count, after)] = self._db.rows(_REPLAY, asked)
            total += int(count)
        return self._deliver(total)

    def history(
        self,
        *,
        key: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_position: int = 0,
        limit: int = 100,
    ) -> list[StoredEvent]:
        """Return stored events in order, of one key, wire type or time (`until` is not within) when given."""
        values = {"after": after_position, "limit": limit}
        asked = {"key": key, "type": type, "since": since, "until": until, **values}
        return [StoredEvent(**row) for row in self._db.dicts(_HISTORY, asked)]

    def purge(self) -> int:
        """Delete deliveries done longer ago than the retention; events stay."""
        before = self._clock.now() - timedelta(days=self._settings.retention_days)
        total, count = 0, _CHUNK
        while count == _CHUNK:
            count = int(self._db.execute_sql(_PURGE, (before, _CHUNK)).rowcount)
            total += count
        return total

    def _named(self, name: str) -> Subscriber:
        found = self._subscribers.get(name)
        if found is None:
            raise StoaError(f"no subscriber is named {name}{suggestion(name, self._subscribers)}")
        if found.inline:
            raise StoaError(f"{name} is inline: it runs only in its publisher's transaction")
        return found

    def _deliver(self, count: int) -> int:
        if count:
            self._wakeup.after_commit()
        return count

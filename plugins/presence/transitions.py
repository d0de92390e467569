"""People who come and go: what the kernel counts, written down for others to see.

The kernel tells one process about somebody's first socket and last one. That
process does not believe the news but locks the person's row and asks how many
sockets there are now, so news that overtake each other end in the truth. What a
killed process did not write, the sweep finds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import Final
from uuid import UUID

import structlog

from kernel import Application, app
from plugins.presence.announcing import CHANGED, announce

log = structlog.get_logger(__name__)

_PAUSE: Final = 0.05  # seconds in which news gather
_RETRY: Final = 1.0  # seconds until what failed is tried again
_BATCH: Final = 500

_KNOWN = """
INSERT INTO presence_person (id, created_at, updated_at, status, text, present)
SELECT id, %(now)s, %(now)s, 'online', '', false FROM unnest(%(ids)s::uuid[]) AS t (id) ORDER BY id
ON CONFLICT DO NOTHING
"""
_LOCK = "SELECT id FROM presence_person WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"
# Devices of before somebody left: theirs of now were active since.
_LEFT_BEHIND = """
DELETE FROM presence_device AS d USING presence_person AS p
WHERE p.id = ANY(%s::uuid[]) AND NOT p.present AND d.user_id = p.id AND d.active_at < p.left_at
"""
_CAME = """
UPDATE presence_person SET present = true, left_at = NULL, updated_at = %(now)s
WHERE id = ANY(%(ids)s::uuid[]) AND NOT present RETURNING id
"""
_WENT = """
UPDATE presence_person SET present = false, left_at = %(now)s, updated_at = %(now)s,
    last_seen_at = CASE WHEN status = 'invisible' AND coalesce(until > %(now)s, true)
        THEN last_seen_at ELSE %(now)s END
WHERE id = ANY(%(ids)s::uuid[]) AND present RETURNING id
"""
_PRESENT = "SELECT id FROM presence_person WHERE present AND id > %s ORDER BY id LIMIT %s"


class Transitions:
    """News of this process about who came and went, on their way into the rows."""

    def __init__(self, _: Application) -> None:
        self._lock = threading.Lock()
        self._waiting: set[UUID] = set()
        self._writer: threading.Thread | None = None
        self._stopping = False

    def note(self, user_id: UUID, online: bool) -> None:  # noqa: ARG002 - what is true when it is written
        """Take a piece of news; written within a moment, together with others. Never waits."""
        with self._lock:
            self._waiting.add(user_id)
            if self._writer is None and not self._stopping:
                self._writer = threading.Thread(target=self._write, name="presence", daemon=True)
                self._writer.start()

    def stop(self) -> None:
        """Write what waits, then no more; what cannot be written is left to the sweep."""
        with self._lock:
            self._stopping, writer = True, self._writer
        if writer is not None:
            writer.join(timeout=5)

    def _write(self) -> None:
        pause = _PAUSE
        while batch := self._take(pause):
            try:
                reconcile(batch)
                pause = _PAUSE
            except Exception as ex:  # boundary: the database may be away; the news stay
                log.exception("presence_not_written", people=len(batch), error=str(ex))
                with self._lock:
                    self._waiting.update(batch)
                pause = _RETRY
            finally:
                app.db.release()

    def _take(self, pause: float) -> list[UUID]:
        """Let news gather, then return some; none when there are none and the writer is to end."""
        time.sleep(0 if self._stopping else pause)
        with self._lock:
            batch = sorted(self._waiting)[:_BATCH]
            self._waiting.difference_update(batch)
            if not batch or (self._stopping and pause == _RETRY):
                self._writer = None
                return []
            return batch


def reconcile(user_ids: Collection[UUID]) -> int:
    """Write down who of these is connected now; return how many that changes.

    Rows are locked in one order, then the kernel is asked: of two that reconcile
    one person the later writes what is true later.
    """
    ids = sorted(user_ids)
    with app.db.atomic():
        now = app.clock.now()
        app.db.execute_sql(_KNOWN, {"ids": sorted(app.realtime.online(ids)), "now": now})
        app.db.rows(_LOCK, (ids,))
        here = app.realtime.online(ids)
        gone = [each for each in ids if each not in here]
        app.db.execute_sql(_LEFT_BEHIND, (sorted(here),))
        came = app.db.rows(_CAME, {"ids": sorted(here), "now": now})
        went = app.db.rows(_WENT, {"ids": gone, "now": now})
        changed = [each for (each,) in (*came, *went)]
        announce(CHANGED, changed)
    return len(changed)


def sweep() -> int:
    """Find people whose going nobody wrote down; return how many those were."""
    after, found = UUID(int=0), 0
    while rows := app.db.rows(_PRESENT, (after, _BATCH)):
        ids = [each for (each,) in rows]
        here, after = app.realtime.online(ids), ids[-1]
        lost = [each for each in ids if each not in here]
        found += reconcile(lost) if lost else 0
    return found

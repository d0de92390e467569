"""Who has sockets, over all processes: rows of PostgreSQL, kept while they give signs of life.

Each process (node) writes how many sockets each person has in it, in batches,
and that it lives. A person's sum stands in one row, so of two processes that
see a first socket, or a last one, at once, only one moves it from or to zero;
that one tells its subscribers. A node that gave no sign for the TTL is taken
off by any other, whose subscribers are told of what that ends. A node that
stops in order calls itself dead: people who move to another node meanwhile
were never away.

Locks are taken in one order: a node's row, then people's in the order of ids.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from peewee import PeeweeException

from kernel.clock import Clock
from kernel.errors import Unavailable
from kernel.locks import brief_lock
from kernel.realtime.background import Background
from kernel.storage import Database

log = structlog.get_logger(__name__)
_BATCH: Final = 0.2  # seconds changes are collected for
_PAUSE: Final = 1.0  # seconds until the next attempt while PostgreSQL is away

# xmax is 0 in a row this statement inserted: the node is new, or was taken for dead.
_BEAT = """
INSERT INTO kernel_node (id, seen_at) VALUES (%(node)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING xmax = 0
"""
_COUNT = """
counted AS (
    INSERT INTO kernel_online AS known (user_id, sockets)
    SELECT user_id, change FROM changed WHERE change <> 0 ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET sockets = known.sockets + excluded.sockets
    RETURNING user_id, sockets
)
SELECT user_id, sockets - change, sockets FROM counted JOIN changed USING (user_id)
"""
_FLUSH = f"""
WITH given AS (SELECT * FROM unnest(%(users)s::uuid[], %(sockets)s::int[]) AS given (user_id, sockets)),
changed AS (
    SELECT given.user_id, given.sockets - coalesce(before.sockets, 0) AS change
    FROM given LEFT JOIN kernel_node_user AS before
        ON before.node = %(node)s AND before.user_id = given.user_id
),
written AS (
    INSERT INTO kernel_node_user (node, user_id, sockets)
    SELECT %(node)s, user_id, sockets FROM given WHERE sockets > 0
    ON CONFLICT (node, user_id) DO UPDATE SET sockets = excluded.sockets
),
removed AS (
    DELETE FROM kernel_node_user AS old USING given
    WHERE old.node = %(node)s AND old.user_id = given.user_id AND given.sockets = 0
),
{_COUNT}"""  # noqa: S608 - its own text
_REAP = f"""
WITH dead AS (
    SELECT id FROM kernel_node WHERE seen_at < %(before)s AND id <> %(node)s ORDER BY id
    FOR UPDATE SKIP LOCKED
),
buried AS (DELETE FROM kernel_node USING dead WHERE kernel_node.id = dead.id RETURNING kernel_node.id),
lost AS (
    DELETE FROM kernel_node_user USING buried WHERE node = buried.id RETURNING user_id, sockets
),
changed AS (SELECT user_id, -sum(sockets)::int AS change FROM lost GROUP BY user_id),
{_COUNT}"""  # noqa: S608 - its own text
_RESIGN = "UPDATE kernel_node SET seen_at = '-infinity' WHERE id = %s"
_ONLINE = """
SELECT user_id, sum(sockets)::int FROM kernel_node_user JOIN kernel_node ON kernel_node.id = node
WHERE user_id = ANY(%(users)s::uuid[]) AND (seen_at >= %(before)s OR id = %(node)s) GROUP BY user_id
"""
_OTHERS = "SELECT EXISTS (SELECT FROM kernel_node WHERE id <> %(node)s AND seen_at >= %(before)s)"
_TIDY = "DELETE FROM kernel_online WHERE sockets = 0"

Transition = Callable[[UUID, bool], None]


class Nodes:
    """The people of this process, and those of all."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        node: str,
        ttl: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the seconds after which a silent node is dead; nothing runs before `begin`."""
        self._db, self._clock, self._node = db, clock, node
        self._ttl, self._monotonic = timedelta(seconds=ttl), monotonic
        self._every = min(ttl / 3, 5.0)
        self._sockets: Counter[UUID] = Counter()
        self._changed: set[UUID] = set()
        self._reap_at = float("-inf")
        self._lock = brief_lock()
        self._subscribers: list[Transition] = []
        self._loop = Background("stoa-nodes", self._turn)

    def subscribe(self, call: Transition) -> None:
        """Call `call(user_id, online)` for each transition found in this process."""
        self._subscribers.append(call)

    def add(self, user_id: UUID, sockets: int) -> None:
        """Count sockets that came (or, negative, went) of a person in this process."""
        with self._lock:
            self._sockets[user_id] += sockets
            self._changed.add(user_id)
        self.begin()
        self._loop.wake()

    @property
    def running(self) -> bool:
        """Whether this process is a node."""
        return self._loop.running

    def begin(self) -> None:
        """Be a node from now on."""
        self._loop.begin()

    def stop(self) -> None:
        """Be one no more; what is left of this process is for others to take off."""
        if not self._loop.running:
            return
        self._loop.stop()
        try:
            self._db.execute_sql(_RESIGN, (self._node,))
        except (Unavailable, PeeweeException) as ex:
            log.warning("node_not_resigned", error=str(ex), remedy="others find it dead after its TTL")
        finally:
            self._db.release()

    def online(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return how many sockets each has at living nodes; who has none is left out."""
        asked = {"users": list(user_ids), "before": self._dead_before(), "node": self._node}
        rows = self._db.rows(_ONLINE, asked)
        return {user_id: int(sockets) for user_id, sockets in rows}

    def others(self) -> bool:
        """Tell whether other nodes live."""
        [(found,)] = self._db.rows(_OTHERS, {"node": self._node, "before": self._dead_before()})
        return bool(found)

    def tidy(self) -> int:
        """Delete the rows of people who are at no node; return how many."""
        return int(self._db.execute_sql(_TIDY).rowcount)

    def beat(self) -> None:
        """Write what changed and give a sign of life; tell of the transitions."""
        changed = self._taken()
        try:
            moved = self._db.retrying(lambda: self._write(changed))
        except (Unavailable, PeeweeException):
            with self._lock:
                self._changed |= changed.keys()
            raise
        finally:
            self._db.release()
        self._tell(moved)

    def reap(self) -> None:
        """Take dead nodes off; tell of the transitions."""
        asked = {"node": self._node, "before": self._dead_before()}
        try:
            moved = self._db.retrying(lambda: self._db.rows(_REAP, asked))
        finally:
            self._db.release()
        self._tell(moved)

    def _dead_before(self) -> Any:
        return self._clock.now() - self._ttl

    def _taken(self) -> dict[UUID, int]:
        """Return how many sockets those have whose number changed."""
        with self._lock:
            changed, self._changed = self._changed, set()
            taken = {user_id: self._sockets[user_id] for user_id in changed}
            for user_id in [user_id for user_id, sockets in taken.items() if not sockets]:
                del self._sockets[user_id]
            return taken

    def _write(self, changed: Mapping[UUID, int]) -> list[tuple[Any, ...]]:
        # Two statements: the second sees what was committed before the first got the node's row.
        [(is_new,)] = self._db.rows(_BEAT, {"node": self._node, "now": self._clock.now()})
        if is_new:
            with self._lock:
                changed = {**self._sockets, **changed}
        if not changed:
            return []
        columns = {"users": list(changed), "sockets": list(changed.values()), "node": self._node}
        return self._db.rows(_FLUSH, columns)

    def _turn(self) -> float | None:
        try:
            self.beat()
            if self._monotonic() >= self._reap_at:
                self.reap()
                self._reap_at = self._monotonic() + self._every
        except (Unavailable, PeeweeException) as ex:
            log.warning("node_gave_no_sign", error=str(ex), retry_in=_PAUSE)
            return _PAUSE
        time.sleep(_BATCH)
        with self._lock:
            return 0 if self._changed else max(0.0, self._reap_at - self._monotonic())

    def _tell(self, moved: Iterable[tuple[Any, ...]]) -> None:
        for user_id, before, after in moved:
            if (before > 0) == (after > 0):
                continue
            for call in self._subscribers:
                try:
                    call(user_id, after > 0)
                except Exception as ex:  # boundary: the others are told all the same
                    log.exception("presence_subscriber_failed", user_id=str(user_id), error=str(ex))
        self._db.release()

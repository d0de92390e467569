"""Which reads may go to the replica: those that miss nothing their caller knows of.

    with app.reads.may_lag(req.principal.id, TAG):
        rows = app.db.rows(…)

A replica lags. Two promises bound what that means. What was committed
`database.replica_lag` seconds ago is there, or nobody reads from it: each
process looks once a second how far the primary is, and how far the replica.
And what must not be missed is *noted*, by its position in the write-ahead log:
every account that changed something by HTTP, and the tags of what is kept
elsewhere. A read that names something noted waits for nobody: it goes to the
primary until the replica has come that far.

Notes are in Redis, for all processes and as long as the lag allowed; without
Redis nothing is read from the replica here. When Redis loses them, or was away,
what was noted in those seconds may be missed for as long as the lag allowed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog
from peewee import PeeweeException

from kernel.errors import StoaError
from kernel.redis import RedisAway

if TYPE_CHECKING:
    from kernel.redis import Client, RedisLink
    from kernel.storage.database import Database

log = structlog.get_logger(__name__)

LOOK: Final = 1.0  # seconds between looks at how far both are
SLACK: Final = 5.0  # seconds a note is kept beyond the lag allowed
_COMMITTED: Final = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"
_REPLAYED: Final = "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint"  # NULL on a primary


class ReplicaReads:
    """Sends reads to the replica of a database, where that is allowed."""

    def __init__(
        self,
        db: Database,
        link: RedisLink | None,
        lag: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._link, self._lag, self._monotonic = db, link, lag, monotonic
        self._seen: deque[tuple[float, int]] = deque(maxlen=256)
        """Moments, and how far the primary was; those the replica has passed are gone."""
        self._replayed = -1
        self._current_at = self._unsure_until = float("-inf")
        self._look_at = float("-inf")

    @property
    def enabled(self) -> bool:
        """Whether there is a replica, and a Redis to note in."""
        return self._db.has_replica and self._link is not None

    def note(self, *names: UUID | str) -> None:
        """Have reads that name one of these see all that was committed so far. Never raises."""
        if self._link is None or not self.enabled:
            return
        try:
            [(position,)] = self._db.rows(_COMMITTED)
            self._link.run(partial(self._write, self._keys(names), position))
        except (StoaError, PeeweeException) as ex:
            self._doubt()
            log.warning("position_not_noted", error=str(ex))

    @contextmanager
    def may_lag(self, *names: UUID | str | None) -> Iterator[None]:
        """Send the block's reads to the replica, unless it lacks what was noted under a name.

        Statements in a transaction stay on the primary; None names nothing.
        """
        if self.enabled and not self._db.in_transaction() and self._allowed([one for one in names if one]):
            with self._db.replica():
                yield
        else:
            yield

    def _allowed(self, names: list[UUID | str]) -> bool:
        now = self._monotonic()
        if now < self._unsure_until or not self._is_close(now):
            return False
        assert self._link is not None, "asked only where it is enabled"
        try:
            noted = self._link.run(partial(_read, self._keys(names)))
        except RedisAway:
            self._doubt()
            return False
        wanted = max((int(position) for position in noted if position is not None), default=-1)
        return wanted <= self._replayed or wanted <= self._look_at_replica()

    def _is_close(self, now: float) -> bool:
        """Say whether the replica has all that was committed before the lag allowed."""
        if now >= self._look_at:
            self._look_at = now + LOOK
            [(position,)] = self._db.rows(_COMMITTED)
            self._seen.append((now, position))
            self._look_at_replica()
        while self._seen and self._seen[0][1] <= self._replayed:
            self._current_at, _ = self._seen.popleft()
        return now - self._current_at <= self._lag

    def _look_at_replica(self) -> int:
        with self._db.replica():
            [(position,)] = self._db.rows(_REPLAYED)
        self._replayed = -1 if position is None else int(position)  # None: the replica is away
        return self._replayed

    def _doubt(self) -> None:
        """Believe no missing note until every one that may be missing has ended."""
        self._unsure_until = self._monotonic() + self._lag + SLACK

    def _keys(self, names: Iterable[UUID | str]) -> list[str]:
        assert self._link is not None, "asked only where it is enabled"
        return [f"{self._link.namespace}:position:{name}" for name in names]

    def _write(self, keys: Sequence[str], position: int, client: Client) -> None:
        for key in keys:
            client.set(key, position, ex=ceil(self._lag + SLACK))


def _read(keys: Sequence[str], client: Client) -> list[Any]:
    return [client.get(key) for key in keys]  # one by one: a cluster has them on several nodes

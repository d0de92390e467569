"""Wake-ups by Redis: a list of the ids of rows that are due.

Redis may lose all of them: the rows remember, and the worker's poll pushes
again what waits too long. While Redis is away, workers claim rows directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from kernel.redis import RedisAway, RedisLink, RedisSettings

log = structlog.get_logger(__name__)
_BLOCK = 1  # seconds a worker waits on the empty list


class RedisWake:
    """The list, behind circuit breakers of its own."""

    def __init__(self, settings: RedisSettings) -> None:
        self._link = RedisLink(settings)
        # A worker's connection is silent for as long as it blocks: that is no outage. A
        # request that pushes must not be as patient.
        self._blocking = RedisLink(replace(settings, timeout=_BLOCK + settings.timeout))
        self._key = f"{settings.namespace}:tasks"

    @property
    def away(self) -> bool:
        """Whether Redis failed a worker a moment ago."""
        return self._blocking.away

    def push(self, ids: Sequence[UUID]) -> bool:
        """Wake a worker for each id; False, and logged, when Redis is away."""
        if not ids:
            return True
        try:
            self._link.run(lambda client: client.lpush(self._key, *(one.bytes for one in ids)))
        except RedisAway as ex:
            log.warning("wakeup_not_sent", count=len(ids), error=str(ex), remedy="the poll finds them")
            return False
        return True

    def pop(self) -> UUID | None:
        """Wait up to a second for an id; raise RedisAway."""
        found = self._blocking.run(lambda client: client.brpop([self._key], timeout=_BLOCK))
        return UUID(bytes=found[1]) if found else None

    def size(self) -> int:
        """Return how many ids wait; raise RedisAway."""
        return int(self._link.run(lambda client: client.llen(self._key)))

    def close(self) -> None:
        """Close the connections."""
        self._link.close()
        self._blocking.close()

"""When sessions and API keys were last used: collected, written now and then.

A caller is noted when the database is asked about him, at most once in
`principal_ttl`, and the notes are written together in one statement a minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import peewee
import structlog

from kernel.errors import Unavailable

if TYPE_CHECKING:
    from kernel.clock import Clock
    from kernel.storage import Database

log = structlog.get_logger(__name__)

Table = Literal["kernel_session", "kernel_api_key"]
TABLES: tuple[Table, ...] = ("kernel_session", "kernel_api_key")
EVERY = timedelta(seconds=60)

# A row another process holds is passed over: it is in use, its next note will tell.
WRITE = """
WITH noted AS (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at)),
held AS (SELECT id FROM {table} WHERE id IN (SELECT id FROM noted) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE {table} AS t SET last_used_at = greatest(t.last_used_at, noted.at)
FROM noted JOIN held USING (id) WHERE t.id = noted.id
"""


class LastUsed:
    """Notes uses in memory and writes them in batches."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._noted: dict[Table, dict[UUID, datetime]] = {table: {} for table in TABLES}
        self._written_at = clock.now()

    def note(self, table: Table, id: UUID) -> None:
        """Note a use now; write what is noted when that is due."""
        now = self._clock.now()
        self._noted[table][id] = now
        if now - self._written_at >= EVERY and not self._db.in_transaction():
            self.flush()

    def flush(self) -> None:
        """Write what is noted; keep it for the next time when the database refuses."""
        self._written_at = self._clock.now()
        for table in TABLES:
            noted, self._noted[table] = self._noted[table], {}
            if not noted:
                continue
            try:
                self._db.execute_sql(WRITE.format(table=table), (list(noted), list(noted.values())))
            except (peewee.PeeweeException, Unavailable) as ex:
                self._noted[table] = noted | self._noted[table]
                log.warning("last_used_not_written", table=table, count=len(noted), error=str(ex).strip())

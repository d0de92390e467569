"""Events become deliveries: one row an endpoint, in the transaction of whoever brings them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from kernel import app, uuid7

AGAIN_UNDELIVERED: Final = ("FAILED", "CANCELLED")
AGAIN_ALL: Final = (*AGAIN_UNDELIVERED, "DELIVERED")

_MESSAGE: Final = """
INSERT INTO webhooks_message (id, type, occurred_at, payload)
VALUES (%(id)s, %(type)s, %(occurred_at)s, %(payload)s)
ON CONFLICT (id) DO NOTHING
"""
_DELIVERIES: Final = """
INSERT INTO webhooks_delivery
    (id, created_at, updated_at, endpoint_id, message_id, status, attempts, due_at, error)
SELECT new.id, %(now)s, %(now)s, new.endpoint_id, %(message)s, 'PENDING', 0, %(now)s, ''
FROM unnest(%(ids)s::uuid[], %(endpoints)s::uuid[]) AS new (id, endpoint_id)
ON CONFLICT (endpoint_id, message_id) DO UPDATE
    SET status = 'PENDING', attempts = 0, due_at = excluded.due_at, updated_at = excluded.updated_at,
        error = ''
    WHERE webhooks_delivery.status = ANY(%(again)s::text[])
RETURNING id
"""


class Outgoing(NamedTuple):
    """A message: the event's id, type and moment, and the document."""

    id: UUID
    type: str
    occurred_at: datetime
    payload: str


def outgoing(
    id: UUID, type: str, occurred_at: datetime, *, scope: str | None, data: dict[str, Any]
) -> Outgoing:
    """Return an event as it is sent: `type`, `timestamp`, `scope` and its own `data`."""
    document = {"type": type, "timestamp": occurred_at, "scope": scope, "data": data}
    return Outgoing(id, type, occurred_at, orjson.dumps(document, option=orjson.OPT_UTC_Z).decode())


def put(message: Outgoing, endpoint_ids: Sequence[UUID], again: Sequence[str] = ()) -> list[UUID]:
    """Store a message for endpoints; return the deliveries that are due now.

    One that was stored before stays as it is, unless its status is among `again`:
    then it is sent again, under the same message id.
    """
    if not endpoint_ids:
        return []
    app.db.execute_sql(_MESSAGE, message._asdict())
    asked = {
        "now": app.clock.now(),
        "message": message.id,
        "ids": [uuid7() for _ in endpoint_ids],
        "endpoints": list(endpoint_ids),
        "again": list(again),
    }
    return [made for (made,) in app.db.rows(_DELIVERIES, asked)]

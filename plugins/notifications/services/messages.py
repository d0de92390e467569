"""Asking for a message: one row, in the transaction of what it tells of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson

from kernel import Statement, app, uuid7
from kernel.context import correlation_id
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.kinds import Address
from plugins.notifications.models import BULK, URGENT

# In the order of their keys: two that ask for the same messages wait for each other, not in a circle.
_INSERT = Statement("""
INSERT INTO notifications_message
    (id, created_at, updated_at, type, user_id, address, data, topic, scope, correlation_id, dedupe,
     priority, attempt, due_at)
SELECT id, %(now)s, %(now)s, type, user_id, address::jsonb, data::jsonb, topic, scope, %(correlation_id)s,
    dedupe, priority, 0, %(now)s
FROM unnest(%(ids)s::uuid[], %(types)s::text[], %(users)s::uuid[], %(addresses)s::text[], %(data)s::text[],
        %(topics)s::text[], %(scopes)s::text[], %(dedupes)s::text[], %(priorities)s::integer[])
    AS given (id, type, user_id, address, data, topic, scope, dedupe, priority)
ORDER BY dedupe
ON CONFLICT (dedupe) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Message:
    """What `plugins.notifications.api.send` takes, of one message."""

    type: str
    recipient: UUID | Address
    data: Mapping[str, Any]
    key: str | None = None
    topic: str = ""
    scope: str | None = None


def send_all(messages: Iterable[Message]) -> None:
    """Store messages in one statement; see `plugins.notifications.api.send`."""
    given = list(messages)
    if not given:
        return
    columns = zip(*map(_row, given), strict=True)
    names = ("ids", "types", "users", "addresses", "data", "topics", "scopes", "dedupes", "priorities")
    row: dict[str, Any] = dict(zip(names, map(list, columns), strict=True))
    app.db.execute_sql(_INSERT, row | {"now": app.clock.now(), "correlation_id": correlation_id.get()})
    if not app.db.in_transaction() or wake not in app.db.commit_callbacks():
        app.db.on_commit(wake)


def _row(message: Message) -> tuple[Any, ...]:
    declared = app.service(Catalogue).of(message.type)
    recipient = message.recipient
    address = asdict(recipient) if isinstance(recipient, Address) else None
    return (
        uuid7(),
        message.type,
        None if isinstance(recipient, Address) else recipient,
        orjson.dumps(address).decode() if address else None,
        orjson.dumps(dict(message.data)).decode(),
        message.topic,
        message.scope,
        _digest(message.type, recipient, message.key) if message.key is not None else None,
        URGENT if declared.type.mandatory else BULK,
    )


def wake() -> None:
    """Have a worker look; what a crash keeps from being woken, the sweep finds."""
    from plugins.notifications.tasks import expand  # noqa: PLC0415 - tasks import the services

    expand.enqueue()


def _digest(type: str, recipient: UUID | Address, key: str) -> str:
    """Return what tells this message from others, without the address in it."""
    to = (recipient.email, recipient.phone) if isinstance(recipient, Address) else str(recipient)
    return hashlib.sha256(orjson.dumps([type, to, key])).hexdigest()

"""Asking for a message: one row, in the transaction of what it tells of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson

from kernel import app, uuid7
from kernel.context import correlation_id
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.kinds import Address
from plugins.notifications.models import BULK, URGENT

_INSERT = """
INSERT INTO notifications_message
    (id, created_at, updated_at, type, user_id, address, data, topic, scope, correlation_id, dedupe,
     priority, attempt, due_at)
VALUES
    (%(id)s, %(now)s, %(now)s, %(type)s, %(user_id)s, %(address)s::jsonb, %(data)s::jsonb, %(topic)s,
     %(scope)s, %(correlation_id)s, %(dedupe)s, %(priority)s, 0, %(now)s)
ON CONFLICT (dedupe) DO NOTHING
"""


def send(
    type: str,
    recipient: UUID | Address,
    data: Mapping[str, Any],
    *,
    key: str | None,
    topic: str,
    scope: str | None,
) -> None:
    """Store a message; see `plugins.notifications.api.send`."""
    declared = app.service(Catalogue).of(type)
    address = asdict(recipient) if isinstance(recipient, Address) else None
    row = {
        "id": uuid7(),
        "now": app.clock.now(),
        "type": type,
        "user_id": None if isinstance(recipient, Address) else recipient,
        "address": orjson.dumps(address).decode() if address else None,
        "data": orjson.dumps(dict(data)).decode(),
        "topic": topic,
        "scope": scope,
        "correlation_id": correlation_id.get(),
        "priority": URGENT if declared.type.mandatory else BULK,
        "dedupe": _digest(type, recipient, key) if key is not None else None,
    }
    app.db.execute_sql(_INSERT, row)
    if not app.db.in_transaction() or wake not in app.db.commit_callbacks():
        app.db.on_commit(wake)


def wake() -> None:
    """Have a worker look; what a crash keeps from being woken, the sweep finds."""
    from plugins.notifications.tasks import expand  # noqa: PLC0415 - tasks import the services

    expand.enqueue()


def _digest(type: str, recipient: UUID | Address, key: str) -> str:
    """Return what tells this message from others, without the address in it."""
    to = (recipient.email, recipient.phone) if isinstance(recipient, Address) else str(recipient)
    return hashlib.sha256(orjson.dumps([type, to, key])).hexdigest()

"""Tidying up: what is older than the retention goes, with its log."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel import app
from plugins.webhooks.settings import WebhooksSettings

_CHUNK: Final = 2000
_PURGE: Final = """
DELETE FROM webhooks_message WHERE id IN (
    SELECT id FROM webhooks_message AS m WHERE occurred_at < %s AND NOT EXISTS (
        SELECT FROM webhooks_delivery AS d WHERE d.message_id = m.id AND d.status IN ('PENDING', 'SENDING'))
    LIMIT %s)
"""


def purge() -> int:
    """Delete old messages that wait for no attempt; return how many."""
    before = app.clock.now() - timedelta(days=app.settings.of(WebhooksSettings).retention_days)
    total, count = 0, _CHUNK
    while count == _CHUNK:
        count = int(app.db.execute_sql(_PURGE, (before, _CHUNK)).rowcount)
        total += count
    return total

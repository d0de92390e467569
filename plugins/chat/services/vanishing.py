"""Messages that vanish: nobody reads one from its moment on; soon after it is gone.

The moment counts from the sending, the same for everybody. From then on every
read path leaves the message out by `expires_at`, with no job needed; this job
follows and takes it away for good: content, revisions, reactions, votes, pins,
what people saved, its hold on media, and its events in the streams of sockets.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import NotFound, app
from plugins.chat.models import Message
from plugins.chat.services import changing

BATCH: Final = 200


def purge() -> int:
    """Bury what has vanished; return how many messages. One transaction a message."""
    buried = 0
    while due := _due():
        buried += sum(map(_bury, due))
    return buried


def _due() -> list[UUID]:
    now = app.clock.now()
    query = Message.select(Message.id).where(Message.expires_at <= now, Message.deleted_at.is_null())
    return [row.id for row in query.order_by(Message.expires_at).limit(BATCH)]


def _bury(message_id: UUID) -> bool:
    with app.db.atomic():
        try:
            conversation = changing.lock_of(message_id)
        except NotFound:  # erased between the look and the lock
            return False
        return changing.bury(conversation, Message.get_by_id(message_id), reason="expired")

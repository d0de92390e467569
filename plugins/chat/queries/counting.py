"""How many messages somebody has not read: exact, and at the same cost for any number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.chat.models import Member

# What counts above the mark, less what counts for nobody (deleted, vanished) or not for this
# person (what was sent in their name while they were away). The second part reads the partial index
# `chat_message_uncounted`, which holds nothing else: its rows above the mark, mostly none.
_UNREAD: Final = """
SELECT m.conversation_id, c.last_ordinal - m.read_ordinal - (
    SELECT count(*) FROM chat_message x
    WHERE x.conversation_id = m.conversation_id AND x.seq > m.read_seq
        AND x.counted AND (x.deleted_at IS NOT NULL OR x.expires_at IS NOT NULL OR x.unattended)
        AND (x.deleted_at IS NOT NULL OR x.expires_at <= %(now)s
            OR (x.unattended AND x.sender_id = m.user_id))
)
FROM chat_member m JOIN chat_conversation c ON c.id = m.conversation_id
WHERE m.user_id = %(user)s AND m.conversation_id = ANY(%(ids)s::uuid[])
"""
_UNCOUNTED: Final = """
SELECT seq, CASE WHEN deleted_at IS NULL AND NOT (unattended AND sender_id = %(user)s) THEN expires_at END
FROM chat_message x
WHERE conversation_id = %(id)s AND seq > %(read_seq)s
    AND counted AND (deleted_at IS NOT NULL OR expires_at IS NOT NULL OR unattended)
    AND (deleted_at IS NOT NULL OR expires_at IS NOT NULL OR sender_id = %(user)s)
ORDER BY seq DESC LIMIT 1000
"""


def unread(user_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many unread messages somebody has in each of some conversations. One statement."""
    given = {"user": user_id, "ids": list(conversation_ids), "now": app.clock.now()}
    return {UUID(str(each)): count for each, count in app.db.rows(_UNREAD, given)}


def uncounted(member: Member) -> list[dict[str, Any]]:
    """Return the messages above somebody's read mark that count as unread no more, or soon not.

    At most the last thousand: a client counts on from them. One statement.
    """
    given = {"id": member.conversation_id, "user": member.user_id, "read_seq": member.read_seq}
    return [{"seq": seq, "since": since} for seq, since in reversed(app.db.rows(_UNCOUNTED, given))]

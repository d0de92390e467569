"""Who counts whom among their contacts: whom they wrote to themselves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from kernel import app
from plugins.chat.services.rows import direct_key

_WROTE: Final = """
SELECT m.user_id FROM chat_conversation AS c
JOIN chat_member AS m ON m.conversation_id = c.id AND m.user_id <> %(viewer)s
WHERE c.direct_key = ANY(%(keys)s) AND EXISTS (
    SELECT FROM chat_message AS s
    WHERE s.conversation_id = c.id AND s.seq <= %(looked_at)s AND s.sender_id = m.user_id)
"""
LOOKED_AT: Final = 500
"""Messages at the beginning of a conversation among which the first answer must be: bounds the question."""


def counting(viewer: UUID, others: Collection[UUID]) -> set[UUID]:
    """Return those of `others` who wrote to `viewer` in their direct conversation: one statement.

    Not those who were written to: nobody makes themselves somebody else's contact.
    """
    keys = [direct_key(viewer, other) for other in others if other != viewer]
    asked = {"viewer": viewer, "keys": keys, "looked_at": LOOKED_AT}
    return {other for (other,) in app.db.rows(_WROTE, asked)} if keys else set()

"""Who owns a group when its owner is no more."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import app
from plugins.chat.models import Conversation, Member
from plugins.chat.services import ruling

_HEIR: Final = """
SELECT user_id FROM chat_member WHERE conversation_id = %s AND user_id <> %s
ORDER BY array_position(ARRAY['admin', 'moderator', 'member'], role), joined_at, user_id LIMIT 1
"""


def pass_on(conversation: Conversation, leaver: UUID) -> None:
    """Make somebody else the owner of a locked group whose owner leaves.

    The highest in it, of these the one who has been there longest.

    Without anybody else the group is closed. Nothing for who does not own it.
    """
    mine = Member.select().where(Member.conversation_id == conversation.id, Member.user_id == leaver)
    if conversation.kind not in {"group", "channel"} or not mine.where(Member.role == "owner").exists():
        return
    heirs = app.db.rows(_HEIR, (conversation.id, leaver))
    if not heirs:
        ruling.close(conversation)
        return
    heir = UUID(str(heirs[0][0]))
    Member.update(role="owner").where(
        Member.conversation_id == conversation.id, Member.user_id == heir
    ).execute()
    ruling.tell_role(conversation, heir, "owner", by=None)

"""What moderation may know of messages, and do about them.

Described by plain mappings, for chat does not require moderation. A moderator
reads what was reported, and no more of the conversation.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from kernel import NotFound, Principal
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.services import withholding
from plugins.chat.services.rows import visible


def kind() -> dict[str, Any]:
    """Return messages as `moderation_types` takes them."""
    return {
        "kind": "message",
        "title": "Message",
        "cards": cards,
        "visible_to": visible_to,
        "hide": withholding.withhold,
        "restore": withholding.release,
        "watches": {"chat.message.sent.v1": "message_id", "chat.message.edited.v1": "message_id"},
    }


def cards(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what people wrote by id, withheld messages included; two statements."""
    where = (Message.id.in_(list(ids)), Message.sender_id.is_null(False))
    join = Conversation.id == Message.conversation_id
    rows: Any = Message.select(Message, Conversation.scope).join(Conversation, on=join).where(*where).dicts()
    kept = withholding.contents(list(ids))
    return {
        row["id"]: {
            "id": row["id"],
            "owner_id": row["sender_id"],
            "title": "A message",
            "text": kept.get(row["id"], row["text"]),
            "scope": row["scope"] or None,
            "url": f"/v1/messages/{row['id']}",
        }
        for row in rows
        if row["deleted_at"] is None or row["id"] in kept
    }


def visible_to(viewer: Principal, message_id: UUID) -> bool:
    """Say whether somebody may read a message, and so report it: not what is a tombstone already."""
    join = Message.conversation_id == Member.conversation_id
    mine = (Message.id == message_id) & (Member.user_id == viewer.id) & Message.deleted_at.is_null()
    member: Member | None = Member.select().join(Message, on=join).where(mine).first()
    if member is None:
        return False
    try:
        visible(message_id, member)
    except NotFound:
        return False
    return True

"""What somebody may read now, over all their conversations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from peewee import SQL, fn

from kernel import app
from plugins.chat.models import Hidden, Member, Message


def readable_by(user_id: UUID, *columns: Any) -> Any:
    """Return the query of all messages somebody may read now, with further `columns`.

    Of the conversations they are in; not what they cleared or deleted for
    themselves, not what has vanished or is deleted, and not the notes of what happened.
    """
    mine = (Member.conversation_id == Message.conversation_id) & (Member.user_id == user_id)
    hidden = Hidden.select(SQL("1")).where(
        Hidden.user_id == user_id,
        Hidden.conversation_id == Message.conversation_id,
        Hidden.seq == Message.seq,
    )
    return (
        Message.select(Message, *columns)
        .join(Member, on=mine)
        .where(
            Message.seq > Member.cleared_seq,
            Message.deleted_at.is_null(),
            Message.type != "system",
            Message.expires_at.is_null() | (Message.expires_at > app.clock.now()),
            ~fn.EXISTS(hidden),
        )
    )

"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.chat.models import (
    AutoReply,
    Ban,
    Conversation,
    Hidden,
    Invite,
    Member,
    Message,
    Reaction,
    Restored,
    Revision,
    Saved,
    Scheduled,
    Vote,
    Withheld,
)
from plugins.chat.services import (
    away,
    changing,
    entering,
    polls,
    restoring,
    scheduling,
    succession,
    withholding,
)
from plugins.chat.services.rows import OWNER_TYPE, lock
from plugins.media import api as media

_HIDDEN: Final = frozenset({"digest", "ordinal", "counted"})
_CONCERNED: Final = """
SELECT conversation_id FROM chat_member WHERE user_id = %(user)s
UNION SELECT conversation_id FROM chat_message WHERE sender_id = %(user)s
UNION SELECT m.conversation_id FROM chat_reaction r JOIN chat_message m ON m.id = r.message_id
    WHERE r.user_id = %(user)s
UNION SELECT m.conversation_id FROM chat_vote v JOIN chat_message m ON m.id = v.message_id
    WHERE v.user_id = %(user)s
ORDER BY 1
"""
_OWN: Final[Mapping[str, tuple[Any, Any]]] = {
    "votes": (Vote, Vote.user_id),
    "saved": (Saved, Saved.user_id),
    "scheduled": (Scheduled, Scheduled.sender_id),
    "automatic_answer": (AutoReply, AutoReply.user_id),
    "restored": (Restored, Restored.user_id),
    "withheld": (Withheld, Withheld.sender_id),
}
_RECOUNT: Final = """
UPDATE chat_message m SET reactions = coalesce(
    (SELECT jsonb_object_agg(emoji, n) FROM (
        SELECT emoji, count(*) AS n FROM chat_reaction WHERE message_id = m.id GROUP BY emoji) c), '{}')
WHERE id = ANY(%s::uuid[]) AND deleted_at IS NULL
"""


def export(user_id: UUID) -> dict[str, Any]:
    """Return where a person is a member, what they wrote and how they reacted."""
    messages = Message.select().where(Message.sender_id == user_id).order_by(Message.id)
    members = Member.select().where(Member.user_id == user_id).order_by(Member.conversation_id)
    reactions = Reaction.select().where(Reaction.user_id == user_id).order_by(Reaction.message_id)
    return {
        "memberships": [dict(row.__data__) for row in members],
        "messages": [
            {name: value for name, value in row.__data__.items() if name not in _HIDDEN} for row in messages
        ],
        "reactions": [dict(row.__data__) for row in reactions],
        **{name: _own(table, column, user_id) for name, (table, column) in _OWN.items()},
    }


def _own(table: Any, column: Any, user_id: UUID) -> list[dict[str, Any]]:
    return [dict(row.__data__) for row in table.select().where(column == user_id)]


def erase(user_id: UUID) -> None:
    """Take what a person wrote away from everybody, and the person out of all conversations.

    Tombstones keep their places; a group they owned passes to who stands highest.
    What clients may still recover is told to them; older messages are emptied in
    one statement. A second time changes nothing.
    """
    scheduling.erase(user_id)
    away.erase(user_id)
    restoring.erase(user_id)
    since = app.clock.now() - timedelta(seconds=app.settings.realtime.history_age)
    for (conversation_id,) in app.db.rows(_CONCERNED, {"user": user_id}):
        conversation = lock(conversation_id)
        for message in _written(conversation, user_id, since):
            changing.bury(conversation, message, reason="erased")
        _empty(conversation, user_id)
        _unreact(conversation, user_id)
        polls.withdraw(conversation, user_id)
        succession.pass_on(conversation, user_id)
        entering.leave(conversation, user_id, how="erased")
    for table in (Hidden, Ban, Saved):
        table.delete().where(table.user_id == user_id).execute()
    Invite.delete().where(Invite.creator_id == user_id).execute()
    withholding.discard(Withheld.sender_id == user_id)


def _written(conversation: Conversation, user_id: UUID, since: Any) -> Iterable[Message]:
    return list(
        Message.select()
        .where(
            Message.conversation_id == conversation.id,
            Message.sender_id == user_id,
            Message.type != "system",
            Message.deleted_at.is_null(),
            Message.updated_at >= since,
        )
        .order_by(Message.seq)
    )


def _empty(conversation: Conversation, user_id: UUID) -> None:
    """Take the content out of the rest, which no stream holds any more."""
    emptied = [
        (row.id, row.media_ids)
        for row in Message.select(Message.id, Message.media_ids).where(
            Message.conversation_id == conversation.id,
            Message.sender_id == user_id,
            Message.type != "system",
            Message.deleted_at.is_null(),
        )
    ]
    for message_id, media_ids in emptied:
        if media_ids:
            media.detach(OWNER_TYPE, message_id)
    ids = [message_id for message_id, _ in emptied]
    bare = {**changing.TOMBSTONE, "deleted_at": app.clock.now(), "version": Message.version + 1}
    Message.update(**bare).where(Message.id.in_(ids)).execute()
    for table in (Revision, Reaction, Vote, Saved):
        table.delete().where(table.message_id.in_(ids)).execute()


def _unreact(conversation: Conversation, user_id: UUID) -> None:
    """Take the person's reactions off the messages of a locked conversation, and count anew."""
    there = Message.select(Message.id).where(Message.conversation_id == conversation.id)
    mine = (Reaction.user_id == user_id) & Reaction.message_id.in_(there)
    touched = {row.message_id for row in Reaction.select(Reaction.message_id).where(mine)}
    Reaction.delete().where(mine).execute()
    app.db.execute_sql(_RECOUNT, (list(touched),))

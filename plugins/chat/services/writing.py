"""Put messages into conversations: number them, count them, tell everybody.

The one place where a message comes to be. The conversation's row is locked, so
numbers are dense and in the order of commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson

from kernel import app, uuid7
from plugins.chat import views
from plugins.chat.events import MessageSent
from plugins.chat.models import Conversation, Message
from plugins.chat.problems import MessageIdTaken
from plugins.chat.services import announcing, threads
from plugins.chat.services.content import Content
from plugins.chat.services.rows import OWNER_TYPE
from plugins.media import api as media

# PERF: text, as in `services.rows`.
_BY_ID: Final = "SELECT * FROM chat_message WHERE id = %s"
_ADVANCE: Final = """
WITH counted AS (
    UPDATE chat_conversation SET last_seq = %(seq)s, last_ordinal = %(ordinal)s, last_activity_at = %(at)s,
        updated_at = %(at)s
    WHERE id = %(conversation)s
)
UPDATE chat_member SET delivered_seq = %(seq)s, read_seq = %(seq)s, read_ordinal = %(ordinal)s
WHERE conversation_id = %(conversation)s AND user_id = %(reader)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message comes from and what it hangs on.

    `unattended` ones were sent for somebody who was not there. `ttl` are the
    seconds after which it vanishes, None for the conversation's own rule.
    `digest` recognises a resend; empty where there is none.
    """

    id: UUID
    sender_id: UUID | None
    reply_to_id: UUID | None = None
    thread_id: UUID | None = None
    forward_of_id: UUID | None = None
    forward_sender_id: UUID | None = None
    unattended: bool = False
    ttl: int | None = None
    digest: bytes = b""


def digest(conversation_id: UUID, sender_id: UUID, given: Mapping[str, Any]) -> bytes:
    """Return what recognises a resend: a hash of all the sender said, as they said it."""
    said = {name: given[name] for name in sorted(given) if name != "id" and given[name] is not None}
    packed = orjson.dumps(views.plain([conversation_id, sender_id, said]), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(packed, digest_size=16).digest()


def resent(origin: Origin) -> Message | None:
    """Return the message a resend repeats, None for a new id; raise MessageIdTaken for another message's."""
    found = next(iter(Message.raw(_BY_ID, origin.id)), None)
    if found is None:
        return None
    if bytes(found.digest) != origin.digest:
        raise MessageIdTaken("Send it under a new id; a resend repeats the message exactly.")
    message: Message = found
    return message


def write(conversation: Conversation, origin: Origin, content: Content) -> Message:
    """Store a message in a locked conversation and tell everybody; return it.

    The caller has looked whether it is a resend, and whether its sender may write.
    Raises MessageIdTaken when another conversation took the id meanwhile, MediaGone.
    """
    counted = content.type != "system"
    seq, ordinal = conversation.last_seq + 1, conversation.last_ordinal + counted
    row = _row(conversation, origin, content) | {"seq": seq, "ordinal": ordinal, "counted": counted}
    message = _insert(row)
    media.attach(content.media_ids, OWNER_TYPE, message.id)
    _advance(conversation, message)
    extra = threads.answered(message)
    announcing.tell(
        conversation.id,
        "message:new",
        {"message": views.message(message), **extra},
        ref=message.id,
        expires_at=message.expires_at,
    )
    app.bus.publish(_sent(message), scope=conversation.scope or None)
    return message


def note(conversation: Conversation, actor: UUID | None, payload: Mapping[str, Any]) -> Message:
    """Write into a locked conversation what happened in it: a system message, which nobody has to read."""
    content = Content(type="system", payload=views.plain(dict(payload)))
    return write(conversation, Origin(id=uuid7(), sender_id=actor), content)


def _row(conversation: Conversation, origin: Origin, content: Content) -> dict[str, Any]:
    now = app.clock.now()
    ttl = conversation.message_ttl if origin.ttl is None else origin.ttl
    vanishes = ttl is not None and content.type != "system"
    return {
        "id": origin.id, "created_at": now, "updated_at": now, "version": 1,
        "conversation_id": conversation.id, "sender_id": origin.sender_id, "unattended": origin.unattended,
        "type": content.type, "text": content.text, "payload": dict(content.payload),
        "media_ids": list(content.media_ids), "mentions": sorted(content.mentions),
        "hashtags": list(content.hashtags), "reply_to_id": origin.reply_to_id, "thread_id": origin.thread_id,
        "reply_count": 0, "forward_of_id": origin.forward_of_id,
        "forward_sender_id": origin.forward_sender_id, "forward_count": 0, "reactions": {},
        "edited_at": None, "deleted_at": None,
        "expires_at": now + timedelta(seconds=ttl) if vanishes and ttl else None,
        "digest": origin.digest,
    }  # fmt: skip


def _insert(row: Mapping[str, Any]) -> Message:
    fields = Message._meta.fields
    values = {name: fields[name].db_value(value) for name, value in row.items()}
    if not app.db.rows(_insertion(tuple(row)), values):
        raise MessageIdTaken("Send it under a new id.")
    return Message(**row)


@cache
def _insertion(names: tuple[str, ...]) -> str:
    """Return the INSERT of a message with values for these columns, which are called as its fields are."""
    places = ", ".join(f"%({name})s" for name in names)
    into = f"INSERT INTO chat_message ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of fields
    return f"{into} ON CONFLICT DO NOTHING RETURNING id"


def _advance(conversation: Conversation, message: Message) -> None:
    """Count the message in, and its sender up to it: who writes has read."""
    conversation.last_seq, conversation.last_ordinal = message.seq, message.ordinal
    conversation.last_activity_at = message.created_at
    counted = {"seq": message.seq, "ordinal": message.ordinal, "at": message.created_at}
    reader = None if message.unattended else message.sender_id
    app.db.execute_sql(_ADVANCE, {**counted, "conversation": conversation.id, "reader": reader})


def _sent(message: Message) -> MessageSent:
    return MessageSent(
        message_id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        sender_id=message.sender_id,
        type=message.type,
        unattended=message.unattended,
    )

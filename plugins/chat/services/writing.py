"""Put messages into conversations: number them, count them, tell everybody.

The one place where a message comes to be. The conversation's row is locked, so
numbers are dense and in the order of commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from kernel import app, uuid7
from plugins.chat import views
from plugins.chat.events import MessageSent
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.problems import MessageIdTaken
from plugins.chat.services import announcing, threads
from plugins.chat.services.content import Content
from plugins.chat.services.rows import OWNER_TYPE
from plugins.media import api as media


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
    found = Message.get_or_none(Message.id == origin.id)
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
    for made in Message.insert(**row).on_conflict_ignore().returning(Message).execute():
        message: Message = made
        return message
    raise MessageIdTaken("Send it under a new id.")


def _advance(conversation: Conversation, message: Message) -> None:
    """Count the message in, and its sender up to it: who writes has read."""
    conversation.last_seq, conversation.last_ordinal = message.seq, message.ordinal
    conversation.last_activity_at = message.created_at
    Conversation.update(
        last_seq=message.seq, last_ordinal=message.ordinal, last_activity_at=message.created_at
    ).where(Conversation.id == conversation.id).execute()
    if message.sender_id is not None and not message.unattended:
        Member.update(delivered_seq=message.seq, read_seq=message.seq, read_ordinal=message.ordinal).where(
            Member.conversation_id == conversation.id, Member.user_id == message.sender_id
        ).execute()


def _sent(message: Message) -> MessageSent:
    return MessageSent(
        message_id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        sender_id=message.sender_id,
        type=message.type,
        unattended=message.unattended,
    )

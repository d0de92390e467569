"""Replies and threads: what a message hangs on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import NotFound, invalid
from plugins.chat.models import Message
from plugins.chat.problems import MessageIsDeleted
from plugins.chat.services.rows import Held, visible


def answered(message: Message) -> dict[str, Any]:
    """Count a message in at the root of its thread; return what the event says of that."""
    return _count(message, 1)


def withdrawn(message: Message) -> dict[str, Any]:
    """Count a deleted message out at the root of its thread; return what the event says of that."""
    return _count(message, -1)


def _count(message: Message, change: int) -> dict[str, Any]:
    if message.thread_id is None:
        return {}
    written = (
        Message.update(
            {Message.reply_count: Message.reply_count + change, Message.updated_at: Message.updated_at}
        )
        .where(Message.id == message.thread_id)
        .returning(Message.reply_count)
        .execute()
    )
    for root in written:
        return {"thread": {"id": message.thread_id, "reply_count": root.reply_count}}
    return {}


def roots(held: Held, reply_to_id: UUID | None, thread_id: UUID | None) -> tuple[UUID | None, UUID | None]:
    """Return what a new message answers and in which thread; raise Invalid for what is not there.

    A thread is named by any of its messages: its root is what counts.
    """
    if reply_to_id is not None:
        _required(held, reply_to_id, "/reply_to_id")
    if thread_id is None:
        return reply_to_id, None
    named = _required(held, thread_id, "/thread_id")
    return reply_to_id, named.thread_id or named.id


def _required(held: Held, message_id: UUID, pointer: str) -> Message:
    try:
        found = visible(message_id, held.member)
    except NotFound as ex:
        raise invalid(pointer, "There is no such message in this conversation.") from ex
    if found.deleted_at is not None:
        raise MessageIsDeleted
    return found

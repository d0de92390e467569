"""Tell sockets: events of rooms, in the transaction that made them true.

Written to the room's stream with the change itself, so who reads a snapshot and
then the stream misses nothing and sees nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.chat.schemas.wire import MessageNews

NAMESPACE: Final = "/chat"


def conversation_room(conversation_id: UUID) -> str:
    """Return the room of everybody in a conversation."""
    return f"conversation:{conversation_id}"


def receipts_room(conversation_id: UUID) -> str:
    """Return the room of those in a conversation who show each other what they read."""
    return f"receipts:{conversation_id}"


def user_room(user_id: UUID) -> str:
    """Return the room of one person's devices."""
    return f"user:{user_id}"


def tell(
    conversation_id: UUID,
    name: str,
    data: Mapping[str, Any],
    *,
    ref: UUID | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Send an event to everybody in a conversation; `ref` is the message it is about."""
    app.realtime.publish(
        NAMESPACE,
        conversation_room(conversation_id),
        name,
        {"conversation_id": conversation_id, **data},
        ref=str(ref) if ref else None,
        expires_at=expires_at,
    )


def redact(conversation_id: UUID, message_id: UUID, data: Mapping[str, Any]) -> None:
    """Put this in the place of all the stream holds about a message."""
    shown = MessageNews().dump({"conversation_id": conversation_id, **data})
    app.realtime.redact(NAMESPACE, conversation_room(conversation_id), str(message_id), shown)


def tell_readers(conversation_id: UUID, name: str, data: Mapping[str, Any]) -> None:
    """Send an event to those in a conversation who share receipts."""
    app.realtime.publish(
        NAMESPACE,
        receipts_room(conversation_id),
        name,
        {"conversation_id": conversation_id, **data},
    )


def tell_person(user_id: UUID, name: str, data: Mapping[str, Any]) -> None:
    """Send an event to one person's devices."""
    app.realtime.publish(NAMESPACE, user_room(user_id), name, data)


def regroup(user_ids: Iterable[UUID], reason: str) -> None:
    """Have people's sockets enter the rooms that are theirs now, and leave those that are not."""
    app.realtime.refresh(list(user_ids), reason)

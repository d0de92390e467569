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
from plugins.chat.views import plain

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
        plain({"conversation_id": conversation_id, **data}),
        ref=str(ref) if ref else None,
        expires_at=expires_at,
    )


def tell_readers(conversation_id: UUID, name: str, data: Mapping[str, Any]) -> None:
    """Send an event to those in a conversation who share receipts."""
    app.realtime.publish(
        NAMESPACE,
        receipts_room(conversation_id),
        name,
        plain({"conversation_id": conversation_id, **data}),
    )


def tell_person(user_id: UUID, name: str, data: Mapping[str, Any]) -> None:
    """Send an event to one person's devices."""
    app.realtime.publish(NAMESPACE, user_room(user_id), name, plain(data))


def admit(user_ids: Iterable[UUID], data: Mapping[str, Any]) -> None:
    """Tell people that they are in a conversation now; their sockets join its room.

    In the order of their ids: two transactions never wait for each other crosswise.
    """
    for user_id in sorted(user_ids):
        tell_person(user_id, "conversation:created", data)
        app.realtime.refresh(user_id, "joined")


def expel(user_id: UUID, conversation_id: UUID, reason: str) -> None:
    """Tell somebody that they are in a conversation no longer; their sockets leave its rooms."""
    tell_person(user_id, "conversation:removed", {"conversation_id": conversation_id, "reason": reason})
    app.realtime.refresh(user_id, reason)

"""What other plugins may use of chat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from kernel import NotFound, app
from plugins.chat.events import (
    ConversationClosed,
    ConversationCreated,
    ConversationUpdated,
    MemberJoined,
    MemberLeft,
    MemberRoleChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    MessageSent,
)
from plugins.chat.models import Conversation, Message
from plugins.chat.services import changing, entering, opening, ruling, writing
from plugins.chat.services.rows import lock

__all__ = [
    "ConversationClosed",
    "ConversationCreated",
    "ConversationUpdated",
    "MemberJoined",
    "MemberLeft",
    "MemberRoleChanged",
    "MessageDeleted",
    "MessageEdited",
    "MessageReacted",
    "MessageSent",
    "add_members",
    "close",
    "delete_message",
    "message_text",
    "note",
    "remove_member",
    "rename",
    "reopen",
    "room_for",
    "room_of",
]


def room_for(ref: str, members: Collection[UUID], *, title: str = "", scope: str | None = None) -> UUID:
    """Return the id of the conversation attached to a thing, `order:0190…`; made when there is none.

    Joins the caller's transaction. A thing has one, however many ask for it at once;
    `members` who are not in it come in. Who belongs there is the caller's to say;
    people neither leave it nor add others by themselves.
    """
    if not 0 < len(ref) <= 200 or ":" not in ref:  # noqa: PLR2004 - characters of a reference
        raise ValueError(f"{ref!r} is not <kind>:<id> of a thing")
    return opening.attached(ref, members, title, scope)


def room_of(ref: str) -> UUID | None:
    """Return the id of the conversation attached to a thing, None when there is none."""
    found: UUID | None = Conversation.select(Conversation.id).where(Conversation.ref == ref).scalar()
    return found


def add_members(conversation_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Put people into an attached conversation; return those who were not in it. Raises NotFound."""
    with app.db.atomic():
        return entering.enter_more(_attached(conversation_id).id, user_ids, via="plugin")


def remove_member(conversation_id: UUID, user_id: UUID) -> bool:
    """Take somebody out of an attached conversation; say whether they were in it. Raises NotFound."""
    with app.db.atomic():
        return entering.leave(_attached(conversation_id), user_id, how="removed")


def close(conversation_id: UUID) -> None:
    """Close an attached conversation: it can be read on. A second time changes nothing. Raises NotFound."""
    with app.db.atomic():
        ruling.close(_attached(conversation_id))


def reopen(conversation_id: UUID) -> None:
    """Let people write again in an attached conversation. A second time changes nothing. Raises NotFound."""
    with app.db.atomic():
        ruling.reopen(_attached(conversation_id))


def rename(conversation_id: UUID, title: str) -> None:
    """Call an attached conversation something else, at once for who has it open. Raises NotFound."""
    with app.db.atomic():
        ruling.rename(_attached(conversation_id), title)


def note(conversation_id: UUID, payload: Mapping[str, Any]) -> UUID:
    """Write what happened into an attached conversation: a system message; return its id.

    `payload` is JSON-able, with `event` naming what happened: `{"event": "order_paid"}`. Raises NotFound.
    """
    with app.db.atomic():
        return UUID(str(writing.note(_attached(conversation_id), None, payload).id))


def message_text(message_id: UUID) -> str | None:
    """Return what a message says, None for one that is not there any more; asks nobody's permission."""
    found: str | None = (
        Message.select(Message.text).where(Message.id == message_id, Message.deleted_at.is_null()).scalar()
    )
    return found


def delete_message(message_id: UUID) -> bool:
    """Delete a message for everybody as a moderator; say whether it was there. Raises NotFound."""
    with app.db.atomic():
        conversation = changing.lock_of(message_id)
        return changing.bury(conversation, Message.get_by_id(message_id), reason="moderator")


def _attached(conversation_id: UUID) -> Conversation:
    conversation = lock(conversation_id)
    if conversation.kind != "attached":
        raise NotFound
    return conversation

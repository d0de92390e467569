"""What a conversation is called, who may do what in it, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel import Forbidden, PreconditionFailed, Principal, app
from plugins.chat.events import ConversationClosed, ConversationUpdated, MemberRoleChanged
from plugins.chat.models import Conversation
from plugins.chat.permissions import MODERATE, VERIFY
from plugins.chat.problems import NotAllowedHere
from plugins.chat.services import announcing, pictures, writing
from plugins.chat.services.rows import hold_open, lock, person

INFO: Final = frozenset({"title", "description", "avatar_id"})
RULES: Final = frozenset({"post_role", "add_role", "info_role", "public", "message_ttl"})


def update(
    caller: Principal, conversation_id: UUID, version: int | None, changes: Mapping[str, Any]
) -> Conversation:
    """Change what a group or channel is called and its rules; nothing new changes nothing.

    In a direct conversation both may set `message_ttl`, and nothing else. Raises
    NotFound, NotAllowedHere, PreconditionFailed, Invalid.
    """
    with app.db.atomic():
        held = hold_open(conversation_id, person(caller))
        before = held.conversation
        if version is not None and version != before.version:
            raise PreconditionFailed(
                f"It is at version {before.version} now.", current_version=before.version
            )
        new = {name: value for name, value in changes.items() if getattr(before, name) != value}
        if not new:
            return before
        if before.kind == "direct" and set(new) - {"message_ttl"}:
            raise NotAllowedHere("A direct conversation has neither title nor rules.")
        if before.kind != "direct":
            held.require(before.info_role if new.keys() <= INFO else "admin")
        if "avatar_id" in new:
            pictures.hold(held.id, held.member.user_id, before.avatar_id, new["avatar_id"])
        return _write(before, held.member.user_id, new)


def rename(conversation: Conversation, title: str) -> None:
    """Call a locked conversation something else. The same title again changes nothing."""
    if conversation.title != title:
        _write(conversation, None, {"title": title})


def verify(caller: Principal, conversation_id: UUID, *, verified: bool) -> None:
    """Give or take a channel's verified badge; takes chat:verify."""
    if not caller.can(VERIFY):
        raise Forbidden(f"It takes {VERIFY}.")
    with app.db.atomic():
        conversation = lock(conversation_id)
        if conversation.kind != "channel":
            raise NotAllowedHere("Only channels have a badge.")
        if conversation.verified != verified:
            _write(conversation, None, {"verified": verified})


def _write(before: Conversation, by: UUID | None, new: Mapping[str, Any]) -> Conversation:
    after = Conversation.compare_and_set(before.id, None, **new)
    announcing.tell(
        after.id,
        "conversation:updated",
        {"changes": {name: getattr(after, name) for name in new}, "version": after.version},
    )
    if by is not None and after.kind != "channel":
        writing.note(after, by, {"event": "updated", "fields": sorted(new)})
    app.bus.publish(
        ConversationUpdated(conversation_id=after.id, fields=sorted(new)), scope=after.scope or None
    )
    return after


def tell_role(conversation: Conversation, user_id: UUID, role: str, *, by: UUID | None) -> None:
    """Tell who is concerned of a role given in a locked conversation."""
    changed = MemberRoleChanged(conversation_id=conversation.id, user_id=user_id, role=role)
    app.bus.publish(changed, scope=conversation.scope or None)
    if conversation.kind == "channel":
        announcing.tell_person(
            user_id, "conversation:my_role", {"conversation_id": conversation.id, "role": role}
        )
        return
    announcing.tell(conversation.id, "conversation:role", {"user_id": user_id, "role": role})
    writing.note(conversation, by, {"event": "role", "user_ids": [user_id], "role": role})


def end(caller: Principal, conversation_id: UUID) -> None:
    """Close a group or channel: its owner, or who holds chat:moderate."""
    with app.db.atomic():
        if caller.can(MODERATE):
            close(lock(conversation_id))
            return
        held = hold_open(conversation_id, person(caller))
        held.require_kind("group", "channel")
        held.require("owner")
        close(held.conversation)


def close(conversation: Conversation) -> None:
    """Close a locked conversation: it is read, nobody writes in it. Closing it again changes nothing."""
    if conversation.closed_at is not None:
        return
    closed = Conversation.compare_and_set(conversation.id, None, closed_at=app.clock.now())
    conversation.closed_at, conversation.version = closed.closed_at, closed.version
    data = {"closed_at": closed.closed_at, "version": closed.version}
    announcing.tell(conversation.id, "conversation:closed", data)
    app.bus.publish(ConversationClosed(conversation_id=conversation.id), scope=conversation.scope or None)


def reopen(conversation: Conversation) -> None:
    """Let people write again in a locked conversation. In an open one nothing changes."""
    if conversation.closed_at is not None:
        _write(conversation, None, {"closed_at": None})

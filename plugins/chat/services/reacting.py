"""Reactions: one of a kind from each person, counted where they stand."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from kernel import Principal, app, invalid
from plugins.chat.events import MessageReacted
from plugins.chat.models import Message, Reaction
from plugins.chat.problems import MessageIsDeleted
from plugins.chat.services import announcing, reach, sending
from plugins.chat.services.rows import Held, hold_by_message, person
from plugins.chat.settings import ChatSettings

_NAME: Final = re.compile(r"[^\s\x00-\x1f\x7f]{1,32}\Z")


def react(caller: Principal, message_id: UUID, emoji: str, *, added: bool) -> dict[str, int]:
    """Put an emoji on a message, or take one's own back; return the counts by emoji.

    Doing it twice changes nothing and tells nobody. Raises NotFound, Invalid, MessageIsDeleted.
    """
    if not _NAME.match(emoji):
        raise invalid("/emoji", "One emoji, or the name of a custom one.")
    user_id = person(caller)
    with app.db.atomic():
        held, message = hold_by_message(message_id, user_id)
        _require_may_react(held, message)
        counts: dict[str, int] = dict(message.reactions)
        if added and emoji not in counts:
            most = app.settings.of(ChatSettings).max_reactions
            if len(counts) >= most:
                raise invalid("/emoji", f"A message takes {most} different emoji: choose one it has.")
        if not (_add(message_id, user_id, emoji) if added else _take(message_id, user_id, emoji)):
            return counts
        return _count(held, message, counts, emoji, added=added)


def _require_may_react(held: Held, message: Message) -> None:
    held.require_open()
    if message.deleted_at is not None:
        raise MessageIsDeleted
    if held.conversation.kind == "direct":
        reach.require_reachable(held.member.user_id, sending.others(held))


def _add(message_id: UUID, user_id: UUID, emoji: str) -> bool:
    row = {"message_id": message_id, "user_id": user_id, "emoji": emoji, "created_at": app.clock.now()}
    return bool(list(Reaction.insert(**row).on_conflict_ignore().returning(Reaction.emoji).execute()))


def _take(message_id: UUID, user_id: UUID, emoji: str) -> bool:
    gone = Reaction.delete().where(
        Reaction.message_id == message_id, Reaction.user_id == user_id, Reaction.emoji == emoji
    )
    return bool(gone.execute())


def _count(
    held: Held, message: Message, counts: dict[str, int], emoji: str, *, added: bool
) -> dict[str, int]:
    """Count at the message, whose conversation is locked, and tell everybody."""
    counts[emoji] = counts.get(emoji, 0) + (1 if added else -1)
    counts = {each: n for each, n in counts.items() if n > 0}
    Message.update(reactions=counts, updated_at=message.updated_at).where(Message.id == message.id).execute()
    data: dict[str, Any] = {
        "message_id": message.id, "user_id": held.member.user_id, "emoji": emoji, "added": added,
        "reactions": counts,
    }  # fmt: skip
    announcing.tell(held.id, "message:reaction", data)
    app.bus.publish(
        MessageReacted(
            message_id=message.id,
            conversation_id=held.id,
            user_id=held.member.user_id,
            emoji=emoji,
            added=added,
        ),
        scope=held.conversation.scope or None,
    )
    return counts

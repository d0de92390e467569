"""Take a message out of sight and put it back: a moderator's decision may be reversed.

Withheld, a message is the tombstone that a deleted one is, on every path: rows,
search, streams of sockets. What it said is kept apart until the last reason is
gone; reactions, votes, what it said before and who keeps it stay where they are
and are not shown. An erased sender's is gone, and so is one that vanished meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from peewee import fn

from kernel import NotFound, app
from plugins.chat import views
from plugins.chat.events import MessageDeleted
from plugins.chat.models import Conversation, Message, Pin, Reaction, Revision, Saved, Vote, Withheld
from plugins.chat.services import announcing, changing, polls, threads
from plugins.chat.services.rows import OWNER_TYPE
from plugins.media import api as media

_REACTIONS: Final = """
SELECT coalesce(jsonb_object_agg(emoji, n), '{}') FROM
    (SELECT emoji, count(*) AS n FROM chat_reaction WHERE message_id = %s GROUP BY emoji) counted
"""


def withhold(message_id: UUID, reason: str) -> bool:
    """Add a reason not to show a message; say whether it is new. False for one that is gone."""
    with app.db.atomic():
        found = _hold(message_id)
        if found is None:
            return False
        conversation, message = found
        kept = Withheld.get_or_none(Withheld.message_id == message_id)
        if kept is not None:
            return _add(kept, reason)
        if message.deleted_at is not None or message.type == "system":
            return False
        _keep(message, reason)
        _bury(conversation, message)
        return True


def release(message_id: UUID, reason: str) -> bool:
    """Take a reason away; the message is shown when no other is left. Say whether it was there."""
    with app.db.atomic():
        found = _hold(message_id)
        kept = Withheld.get_or_none(Withheld.message_id == message_id)
        if found is None or kept is None or reason not in kept.reasons:
            return False
        left = [each for each in kept.reasons if each != reason]
        if left:
            Withheld.update(reasons=left).where(Withheld.message_id == message_id).execute()
            return True
        Withheld.delete().where(Withheld.message_id == message_id).execute()
        _restore(*found, kept.content)
        return True


def contents(ids: list[UUID]) -> dict[UUID, str]:
    """Return what withheld messages said, by id; one statement."""
    rows = Withheld.select().where(Withheld.message_id.in_(ids))
    return {row.message_id: row.content["text"] for row in rows}


def discard(condition: Any) -> int:
    """Take away for good what withheld messages said and hung on; return how many. In a transaction."""
    gone = Withheld.delete().where(condition).returning(Withheld.message_id)
    ids = [message_id for (message_id,) in gone.tuples().execute()]
    for message_id in ids:
        media.detach(OWNER_TYPE, message_id)
    for table in (Revision, Reaction, Vote, Saved):
        table.delete().where(table.message_id.in_(ids)).execute()
    return len(ids)


def discard_vanished() -> int:
    """Take away for good what has vanished while it was withheld; return how many."""
    with app.db.atomic():
        return discard(Withheld.expires_at <= app.clock.now())


def _hold(message_id: UUID) -> tuple[Conversation, Message] | None:
    try:
        conversation = changing.lock_of(message_id)
    except NotFound:
        return None
    return conversation, Message.get_by_id(message_id)


def _add(kept: Withheld, reason: str) -> bool:
    if reason in kept.reasons:
        return False
    longer: Any = fn.array_append(Withheld.reasons, reason)
    Withheld.update(reasons=longer).where(Withheld.message_id == kept.message_id).execute()
    return True


def _keep(message: Message, reason: str) -> None:
    content = views.plain({name: message.__data__[name] for name in changing.TOMBSTONE})
    pin = Pin.delete().where(Pin.message_id == message.id).returning(Pin).execute()
    for row in pin:
        content["pin"] = views.plain({"pinned_by": row.pinned_by, "pinned_at": row.pinned_at})
    Withheld.insert(
        message_id=message.id,
        conversation_id=message.conversation_id,
        sender_id=message.sender_id,
        reasons=[reason],
        expires_at=message.expires_at,
        content=content,
    ).execute()


def _bury(conversation: Conversation, message: Message) -> None:
    bare = {**changing.TOMBSTONE, "deleted_at": app.clock.now()}
    after = Message.compare_and_set(message.id, None, **bare)
    data = {"message": views.message(after), "reason": "moderator", **threads.withdrawn(message)}
    announcing.redact(conversation.id, message.id, {"message": data["message"]})
    announcing.tell(conversation.id, "message:deleted", data, ref=message.id)
    said = MessageDeleted(message_id=message.id, conversation_id=conversation.id, reason="moderator")
    app.bus.publish(said, scope=conversation.scope or None)


def _restore(conversation: Conversation, message: Message, content: Mapping[str, Any]) -> None:
    pin, said = content.get("pin"), {name: content[name] for name in changing.TOMBSTONE}
    if message.type == "poll":
        said["payload"] = polls.counted(message.id, said["payload"])
    [(said["reactions"],)] = app.db.rows(_REACTIONS, (message.id,))
    after = Message.compare_and_set(message.id, None, **said, deleted_at=None)
    if after.expires_at is not None and after.expires_at <= app.clock.now():
        changing.bury(conversation, after, reason="expired")
        return
    announcing.tell(
        conversation.id,
        "message:edited",
        {"message": views.message(after), **threads.answered(after)},
        ref=after.id,
        expires_at=after.expires_at,
    )
    if pin is not None:
        _pin(conversation, after, pin)


def _pin(conversation: Conversation, message: Message, kept: Mapping[str, Any]) -> None:
    by = kept["pinned_by"]
    pin = {
        "pinned_by": UUID(by) if by else None,
        "pinned_at": datetime.fromisoformat(kept["pinned_at"]),
    }
    Pin.insert(conversation_id=conversation.id, message_id=message.id, **pin).execute()
    shown = {"message_id": message.id, "expires_at": message.expires_at, **pin}
    announcing.tell(conversation.id, "conversation:pinned", {"pin": shown})

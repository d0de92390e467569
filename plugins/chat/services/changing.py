"""Change and delete messages: edits with their history, tombstones, and one's own hiding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kernel import PreconditionFailed, Principal, app
from plugins.chat import views
from plugins.chat.events import MessageDeleted, MessageEdited
from plugins.chat.models import Conversation, Hidden, Message, Pin, Reaction, Revision, Saved, Vote
from plugins.chat.permissions import MODERATE
from plugins.chat.problems import MessageIsDeleted, NotAllowedHere, TooLate
from plugins.chat.roles import at_least
from plugins.chat.services import announcing, content, receipts, sending, threads
from plugins.chat.services.content import EDITABLE, Content
from plugins.chat.services.rows import OWNER_TYPE, Held, hold_by_message, lock, members_among, person
from plugins.chat.settings import ChatSettings
from plugins.media import api as media

TOMBSTONE: Final[Mapping[str, Any]] = {
    "text": "",
    "payload": {},
    "media_ids": [],
    "mentions": [],
    "hashtags": [],
    "reactions": {},
    "forward_of_id": None,
    "forward_sender_id": None,
}
"""What is left of a message's content when it is deleted: nothing."""


def edit(caller: Principal, message_id: UUID, version: int | None, changes: Mapping[str, Any]) -> Message:
    """Change what one's own message says; what it said before is kept; return it.

    `changes` has some of `text`, `payload`, `mentions`; nothing given, or nothing new,
    changes nothing. Raises NotFound, PreconditionFailed, TooLate, Invalid.
    """
    with app.db.atomic():
        held, before = hold_by_message(message_id, person(caller))
        _require_editable(held, before, version)
        said = _merged(before, changes)
        if (said.text, said.payload, set(said.mentions)) == (
            before.text, before.payload, set(before.mentions)
        ):  # fmt: skip
            return before
        after = _rewrite(held, before, said)
        show(held.conversation, after)
        app.bus.publish(
            MessageEdited(message_id=after.id, conversation_id=held.id, editor_id=held.member.user_id),
            scope=held.conversation.scope or None,
        )
        return after


def _require_editable(held: Held, message: Message, version: int | None) -> None:
    if message.sender_id != held.member.user_id or message.type == "system":
        raise NotAllowedHere("Only who wrote a message changes it.")
    if message.deleted_at is not None:
        raise MessageIsDeleted
    if message.type not in EDITABLE or message.forward_of_id is not None:
        raise NotAllowedHere("Such a message is not changed: delete it and send another.")
    if version is not None and version != message.version:
        raise PreconditionFailed(f"It is at version {message.version} now.", current_version=message.version)
    sending.require_may_post(held)
    _require_in_time(message, app.settings.of(ChatSettings).edit_hours)
    if (
        message.type == "live_location"
        and datetime.fromisoformat(message.payload["until"]) <= app.clock.now()
    ):
        raise TooLate("The location is live no more.")


def _require_in_time(message: Message, hours: int) -> None:
    if hours and app.clock.now() - timedelta(hours=hours) > message.created_at:
        raise TooLate(f"It could be done for {hours} hours.")


def _merged(before: Message, changes: Mapping[str, Any]) -> Content:
    given = {
        "type": before.type,
        "text": changes.get("text", before.text),
        "payload": changes.get("payload", before.payload),
        "media_ids": before.media_ids,
        "mentions": changes.get("mentions", before.mentions),
    }
    if before.sender_id is None:
        raise NotAllowedHere
    return content.checked(before.sender_id, given, held=before.media_ids)


def _rewrite(held: Held, before: Message, said: Content) -> Message:
    now = app.clock.now()
    if before.type != "live_location":  # where somebody was is not kept
        Revision.create(
            message_id=before.id,
            number=before.version,
            text=before.text,
            payload=before.payload,
            written_at=before.edited_at or before.created_at,
        )
    return Message.compare_and_set(
        before.id,
        before.version,
        text=said.text,
        payload=dict(said.payload),
        mentions=sorted(members_among(held.id, said.mentions)),
        hashtags=list(said.hashtags),
        edited_at=now,
    )


def show(conversation: Conversation, message: Message) -> None:
    """Tell everybody what a message says and counts now."""
    announcing.tell(
        conversation.id,
        "message:edited",
        {"message": views.message(message)},
        ref=message.id,
        expires_at=message.expires_at,
    )


def delete(caller: Principal, message_id: UUID, scope: str) -> None:
    """Delete a message for `all`, leaving a tombstone, or for `me`."""
    (hide if scope == "me" else delete_for_all)(caller, message_id)


def delete_for_all(caller: Principal, message_id: UUID) -> None:
    """Leave a tombstone where a message was. Deleting it again changes nothing.

    One's own for `[chat] delete_hours`; moderators of the conversation, and who holds
    chat:moderate, any. Raises NotFound, NotAllowedHere, TooLate.
    """
    with app.db.atomic():
        if caller.can(MODERATE):
            conversation, message = _any(message_id)
        else:
            held, message = hold_by_message(message_id, person(caller))
            conversation = held.conversation
            if message.deleted_at is None:
                _require_deletable(held, message)
        own = message.sender_id == caller.id
        bury(conversation, message, reason="sender" if own else "moderator")


def _any(message_id: UUID) -> tuple[Conversation, Message]:
    """Return any message and its conversation, locked: for who looks after chat; raise NotFound."""
    conversation = lock_of(message_id)
    message: Message = Message.get_by_id(message_id)
    return conversation, message


def lock_of(message_id: UUID) -> Conversation:
    """Return the conversation of a message, locked; raise NotFound."""
    found = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
    return lock(found)


def _require_deletable(held: Held, message: Message) -> None:
    if message.type == "system":
        raise NotAllowedHere("What happened in a conversation is not deleted.")
    if at_least(held.member.role, "moderator") and held.conversation.kind in {"group", "channel"}:
        return
    if message.sender_id != held.member.user_id:
        raise NotAllowedHere("It takes the role moderator to delete what others wrote.")
    _require_in_time(message, app.settings.of(ChatSettings).delete_hours)


def bury(conversation: Conversation, message: Message, *, reason: str) -> bool:
    """Take the content of a message of a locked conversation away, for everybody and for good.

    From rows, history, reactions, pins, media and the streams of sockets; its number
    stays. Says whether it was there to be taken.
    """
    now = app.clock.now()
    buried = list(
        Message.update(**{**TOMBSTONE, "deleted_at": now, "version": Message.version + 1})
        .where(Message.id == message.id, Message.deleted_at.is_null())
        .returning(Message)
        .execute()
    )
    if not buried:
        return False
    _forget(conversation, message)
    extra = threads.withdrawn(message)
    data = {"message": views.message(buried[0]), "reason": reason, **extra}
    announcing.redact(conversation.id, message.id, {"message": data["message"]})
    announcing.tell(conversation.id, "message:deleted", data, ref=message.id)
    app.bus.publish(
        MessageDeleted(message_id=message.id, conversation_id=conversation.id, reason=reason),
        scope=conversation.scope or None,
    )
    return True


def _forget(conversation: Conversation, message: Message) -> None:
    for table in (Revision, Reaction, Vote, Saved):
        table.delete().where(table.message_id == message.id).execute()
    Pin.delete().where(Pin.conversation_id == conversation.id, Pin.message_id == message.id).execute()
    if message.media_ids:
        media.detach(OWNER_TYPE, message.id)


def hide(caller: Principal, message_id: UUID) -> None:
    """Delete a message for oneself: nobody else notices. It counts as read, with what came before it."""
    user_id = person(caller)
    with app.db.atomic():
        held, message = hold_by_message(message_id, user_id)
        receipts.read(caller, held.id, message.seq)
        Hidden.insert(
            user_id=user_id, conversation_id=held.id, seq=message.seq
        ).on_conflict_ignore().execute()
        announcing.tell_person(
            user_id,
            "message:hidden",
            {"conversation_id": held.id, "message_id": message.id, "seq": message.seq},
        )


def revisions(caller: Principal, message_id: UUID) -> list[dict[str, Any]]:
    """Return what a message said before each edit, the first first; raise NotFound."""
    with app.db.atomic():
        _, message = hold_by_message(message_id, person(caller))
        if message.deleted_at is not None:  # one that is withheld still has them
            return []
        rows = Revision.select().where(Revision.message_id == message.id).order_by(Revision.number)
        return [{"text": row.text, "payload": row.payload, "written_at": row.written_at} for row in rows]

"""Pins: messages kept at hand for everybody."""

from __future__ import annotations

from uuid import UUID

from kernel import Principal, app
from plugins.chat.models import Pin
from plugins.chat.problems import MessageIsDeleted, TooManyPins
from plugins.chat.services import announcing, writing
from plugins.chat.services.rows import Held, hold_by_message, person
from plugins.chat.settings import ChatSettings


def pin(caller: Principal, message_id: UUID) -> None:
    """Pin a message; pinning it again changes nothing. Raises NotFound, NotAllowedHere, TooManyPins."""
    with app.db.atomic():
        held, message = hold_by_message(message_id, person(caller))
        _require_may_pin(held)
        if message.deleted_at is not None:
            raise MessageIsDeleted
        pinned = Pin.select().where(Pin.conversation_id == held.id)
        if pinned.where(Pin.message_id == message.id).exists():
            return
        most = app.settings.of(ChatSettings).max_pins
        if pinned.count() >= most:
            raise TooManyPins(f"A conversation has at most {most}: unpin one first.")
        now = app.clock.now()
        user_id = held.member.user_id
        Pin.insert(conversation_id=held.id, message_id=message.id, pinned_by=user_id, pinned_at=now).execute()
        shown = {
            "message_id": message.id, "pinned_by": user_id, "pinned_at": now, "expires_at": message.expires_at
        }  # fmt: skip
        announcing.tell(held.id, "conversation:pinned", {"pin": shown})
        if held.conversation.kind != "channel":
            writing.note(held.conversation, user_id, {"event": "pinned", "message_id": message.id})


def unpin(caller: Principal, message_id: UUID) -> None:
    """Take a pin off; without one nothing changes. Raises NotFound, NotAllowedHere."""
    with app.db.atomic():
        held, message = hold_by_message(message_id, person(caller))
        _require_may_pin(held)
        gone = Pin.delete().where(Pin.conversation_id == held.id, Pin.message_id == message.id)
        if gone.execute():
            announcing.tell(held.id, "conversation:unpinned", {"message_id": message.id})


def _require_may_pin(held: Held) -> None:
    held.require_open()
    if held.conversation.kind in {"group", "channel"}:
        held.require("moderator")

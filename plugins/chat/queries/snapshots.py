"""A conversation as it stands at one moment, and where its streams stand then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Principal, app
from plugins.chat import views
from plugins.chat.models import Conversation, Member, Message, Pin
from plugins.chat.queries.counting import uncounted, unread
from plugins.chat.queries.history import history
from plugins.chat.services import announcing, receipts
from plugins.chat.services.rows import person, require_member
from plugins.chat.settings import ChatSettings


def snapshot(viewer: Principal, conversation_id: UUID) -> dict[str, Any]:
    """Return a conversation as it stands, and where its streams stand: all as of one moment.

    Apply to it each later event of those streams and you have what this would
    return then. Raises NotFound.
    """
    user_id = person(viewer)
    with app.db.snapshot():
        member = require_member(conversation_id, user_id)
        row = Conversation.get_by_id(conversation_id)
        people, shares = _people(row, user_id)
        return {
            **views.conversation(row),
            "me": views.own(member)
            | {
                "user_id": user_id,
                "unread": unread(user_id, [row.id])[row.id],
                "uncounted": uncounted(member),
                "shares_receipts": shares,
            },
            "members": people,
            "pins": _pins(row.id),
            "messages": history(viewer, conversation_id, {"limit": _shown()})["items"],
            "position": _positions(row, user_id),
        }


def _shown() -> int:
    return app.settings.of(ChatSettings).snapshot_messages


def _positions(row: Conversation, user_id: UUID) -> dict[str, dict[str, Any]]:
    rooms = [
        announcing.conversation_room(row.id), announcing.receipts_room(row.id), announcing.user_room(user_id)
    ]  # fmt: skip
    found = app.realtime.positions(announcing.NAMESPACE, rooms)
    return {room: {"epoch": at.epoch, "seq": at.seq} for room, at in found.items()}


def _people(row: Conversation, viewer: UUID) -> tuple[list[dict[str, Any]], bool]:
    """Return the members of a conversation, and whether the viewer shares receipts with them.

    None of a channel: its subscribers do not know each other. Marks are null for
    who does not share them, and for a viewer who does not.
    """
    if row.kind == "channel":
        return [], False
    found = list(Member.select().where(Member.conversation_id == row.id).order_by(Member.user_id))
    shown = receipts.sharers(row.kind, [each.user_id for each in found])
    shares = viewer in shown
    return [views.person(each, marked=shares and each.user_id in shown) for each in found], shares


def _pins(conversation_id: UUID) -> list[dict[str, Any]]:
    shown = Message.expires_at.is_null() | (Message.expires_at > app.clock.now())
    rows = (
        Pin.select(Pin.message_id, Pin.pinned_by, Pin.pinned_at, Message.expires_at)
        .join(Message, on=(Message.id == Pin.message_id))
        .where(Pin.conversation_id == conversation_id, shown)
        .order_by(Pin.pinned_at, Pin.message_id)
    )
    found: list[dict[str, Any]] = list(rows.dicts())  # type: ignore[arg-type]  # peewee says: models
    return found

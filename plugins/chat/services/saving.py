"""Messages people keep at hand, each for themselves: bookmarks, not copies.

A bookmark shows what its owner may read now. A message that is deleted, has
vanished, or stands in a conversation one is no longer in, is not shown.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.chat.models import Message, Saved
from plugins.chat.problems import MessageIsDeleted
from plugins.chat.services import announcing
from plugins.chat.services.rows import hold_by_message, person

_SAVE: Final = """
INSERT INTO chat_saved (user_id, message_id, note, saved_at) VALUES (%(user)s, %(message)s, %(note)s, %(now)s)
ON CONFLICT (user_id, message_id) DO UPDATE SET note = excluded.note
RETURNING saved_at
"""


def save(caller: Principal, message_id: UUID, note: str) -> None:
    """Keep a message; again only changes the note. Raises NotFound, MessageIsDeleted."""
    user_id = person(caller)
    with app.db.atomic():
        held, message = hold_by_message(message_id, user_id)
        if message.deleted_at is not None:
            raise MessageIsDeleted
        given = {"user": user_id, "message": message_id, "note": note, "now": app.clock.now()}
        [(saved_at,)] = app.db.rows(_SAVE, given)
        _tell(user_id, held.id, message_id, saved_at, note)


def drop(caller: Principal, message_id: UUID) -> None:
    """Keep it no longer; raise NotFound for what one does not keep."""
    user_id = person(caller)
    mine = (Saved.user_id == user_id) & (Saved.message_id == message_id)
    with app.db.atomic():
        place = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
        if place is None or not Saved.delete().where(mine).execute():
            raise NotFound
        _tell(user_id, place, message_id, None, "")


def _tell(user_id: UUID, conversation_id: UUID, message_id: UUID, saved_at: Any, note: str) -> None:
    data = {
        "conversation_id": conversation_id, "message_id": message_id, "saved_at": saved_at, "note": note
    }  # fmt: skip
    announcing.tell_person(user_id, "message:saved", data)

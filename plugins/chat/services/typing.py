"""Who is typing: told to those who are there, kept nowhere."""

from __future__ import annotations

from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.chat.models import Conversation
from plugins.chat.services import announcing, sending
from plugins.chat.services.rows import Held, person, require_member
from plugins.chat.settings import ChatSettings


def tell(caller: Principal, conversation_id: UUID, *, typing: bool, sid: str | None = None) -> None:
    """Tell the others that somebody types, or has stopped; not the socket `sid` it came from.

    It holds for `[chat] typing_seconds`. Raises what writing there would.
    """
    user_id = person(caller)
    with app.db.atomic():
        member = require_member(conversation_id, user_id)
        conversation = Conversation.get_or_none(Conversation.id == conversation_id)
        if conversation is None:
            raise NotFound
        sending.require_may_post(Held(conversation, member))
        data = {
            "conversation_id": conversation_id,
            "user_id": user_id,
            "typing": typing,
            "expires_in": app.settings.of(ChatSettings).typing_seconds,
        }
        room = announcing.conversation_room(conversation_id)
        app.realtime.emit(announcing.NAMESPACE, room, "typing", data, but=sid)

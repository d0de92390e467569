"""Screenshots, as clients report them: everybody in the conversation is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Principal, app, uuid7
from plugins.chat.models import Message
from plugins.chat.services import content, writing
from plugins.chat.services.rows import hold_open, person, visible
from plugins.chat.services.writing import Origin


def report(caller: Principal, conversation_id: UUID, given: Mapping[str, Any]) -> Message:
    """Note that one took a screenshot, of a message or of the whole; return the note.

    With the client's `id` a repeat is one notice. Not in channels, whose subscribers
    do not know each other. Raises NotFound, NotAllowedHere, MessageIdTaken.
    """
    user_id = person(caller)
    about = given.get("message_id")
    digest = writing.digest(conversation_id, user_id, {"screenshot": str(about)})
    origin = Origin(id=given.get("id") or uuid7(), sender_id=user_id, digest=digest)
    with app.db.atomic():
        held = hold_open(conversation_id, user_id)
        held.require_kind("direct", "group", "attached")
        if (known := writing.resent(origin)) is not None:
            return known
        if about is not None:
            visible(about, held.member)
        payload = {"event": "screenshot", "message_id": str(about) if about else None}
        return writing.write(held.conversation, origin, content.Content(type="system", payload=payload))

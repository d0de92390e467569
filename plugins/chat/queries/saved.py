"""What somebody keeps at hand: bookmarks of messages they may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel import Page, Principal, paginate
from plugins.chat.models import Message, Saved
from plugins.chat.queries.history import shown
from plugins.chat.queries.reading import readable_by
from plugins.chat.services.rows import person


def page(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of what one keeps and may read, the latest kept first. At most four statements."""
    user_id = person(viewer)
    own = (Saved.message_id == Message.id) & (Saved.user_id == user_id)
    saved_at = Saved.saved_at.alias("saved_at")
    query = readable_by(user_id, Saved.note, saved_at).switch(Message).join(Saved, on=own).objects()
    if "conversation_id" in asked:
        query = query.where(Message.conversation_id == asked["conversation_id"])
    order = (Saved.saved_at.desc(), Message.id.desc())
    found = paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])
    items = [
        {"message": message, "note": row.note, "saved_at": row.saved_at}
        for row, message in zip(found.items, shown(found.items, user_id), strict=True)
    ]
    return Page(items, found.next)

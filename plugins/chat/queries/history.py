"""Messages: a stretch of the history, or one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.chat import views
from plugins.chat.models import Member, Message
from plugins.chat.services import polls
from plugins.chat.services.rows import person, require_member, visible
from plugins.media import api as media

_MY_REACTIONS: Final = """
SELECT message_id, array_agg(emoji ORDER BY emoji) FROM chat_reaction
WHERE user_id = %s AND message_id = ANY(%s::uuid[]) GROUP BY message_id
"""
# PERF: a page holds up to a hundred messages; models of them took longer to make than to read.
_READABLE: Final = f"""
SELECT {", ".join(f"m.{name}" for name in views.MESSAGE_FIELDS)} FROM chat_message AS m
WHERE m.conversation_id = %(conversation)s AND m.seq > %(cleared)s
    AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
    AND NOT EXISTS (SELECT 1 FROM chat_hidden AS h WHERE h.user_id = %(user)s
        AND h.conversation_id = m.conversation_id AND h.seq = m.seq)
"""  # noqa: S608 - constants only
_NARROWED: Final = {
    "thread_id": " AND (m.thread_id = %(thread_id)s OR m.id = %(thread_id)s)",
    "type": " AND m.type = %(type)s",
}
Row = dict[str, Any]


def history(viewer: Principal, conversation_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return messages in their order, and the numbers to go on from either way (null: the end is reached).

    `before`, `after` (numbers, exclusive) or `around` (a message's id); else the
    latest. `thread_id` and `type` narrow. At most four statements. Raises NotFound.
    """
    user_id, limit = person(viewer), asked["limit"]
    member = require_member(conversation_id, user_id)
    stretch = _Stretch(member, asked)
    if "around" in asked:
        middle = visible(asked["around"], member).seq
        below = stretch.older(middle + 1, limit // 2 + 1)
        above = stretch.newer(middle, limit - limit // 2 - 1)
        rows, older, newer = below[0] + above[0], below[1], above[1]
    elif "after" in asked:
        rows, newer = stretch.newer(asked["after"], limit)
        older = rows[0]["seq"] if rows else None
    else:
        rows, older = stretch.older(asked.get("before"), limit)
        newer = rows[-1]["seq"] if rows and "before" in asked else None
    return {"items": shown(rows, user_id), "older": older, "newer": newer}


class _Stretch:
    """The messages of a conversation that a member may see, narrowed as asked."""

    def __init__(self, member: Member, asked: Mapping[str, Any]) -> None:
        self._where = _READABLE + "".join(text for name, text in _NARROWED.items() if name in asked)
        self._values = {
            "conversation": member.conversation_id,
            "user": member.user_id,
            "cleared": member.cleared_seq,
            "now": app.clock.now(),
            **{name: asked[name] for name in _NARROWED if name in asked},
        }

    def older(self, before: int | None, limit: int) -> tuple[list[Row], int | None]:
        """Return the last messages before a number, and the number to go on from."""
        rows = self._rows("" if before is None else " AND m.seq < %(seq)s", "DESC", before, limit)
        more = len(rows) > limit
        rows = rows[:limit][::-1]
        return rows, rows[0]["seq"] if more else None

    def newer(self, after: int, limit: int) -> tuple[list[Row], int | None]:
        """Return the first messages after a number, and the number to go on from."""
        rows = self._rows(" AND m.seq > %(seq)s", "ASC", after, limit)
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], rows[limit - 1]["seq"] if limit else after

    def _rows(self, beyond: str, way: str, seq: int | None, limit: int) -> list[Row]:
        """Return one row more than asked for, where there are as many."""
        values = {**self._values, "seq": seq, "limit": limit + 1}
        return app.db.dicts(f"{self._where}{beyond} ORDER BY m.seq {way} LIMIT %(limit)s", values)


def shown(rows: Sequence[Message | Row], viewer: UUID) -> list[dict[str, Any]]:
    """Return messages as HTTP shows them to somebody: with their own reactions and the media.

    Three statements for any number.
    """
    if not rows:
        return []
    messages = [views.message(row) for row in rows]
    found = app.db.rows(_MY_REACTIONS, (viewer, [each["id"] for each in messages]))
    reacted = dict(found)
    voted = polls.mine(viewer, [each["id"] for each in messages if each["type"] == "poll"])
    cards = media.cards({medium for each in messages for medium in each["media_ids"]})
    return [
        {
            **each,
            "my_reactions": reacted.get(each["id"], []),
            "my_votes": voted.get(each["id"], []),
            "media": [asdict(cards[medium]) for medium in each["media_ids"] if medium in cards],
        }
        for each in messages
    ]


def message(viewer: Principal, message_id: UUID) -> dict[str, Any]:
    """Return one message; raise NotFound. Five statements at most."""
    user_id = person(viewer)
    place = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
    if place is None:
        raise NotFound
    return shown([visible(message_id, require_member(place, user_id))], user_id)[0]

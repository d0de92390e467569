"""Messages: a stretch of the history, or one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from peewee import SQL

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


def history(viewer: Principal, conversation_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return messages in their order, and the numbers to go on from either way (null: the end is reached).

    `before`, `after` (numbers, exclusive) or `around` (a message's id); else the
    latest. `thread_id` and `type` narrow. At most four statements. Raises NotFound.
    """
    user_id, limit = person(viewer), asked["limit"]
    member = require_member(conversation_id, user_id)
    query = readable(member)
    if "thread_id" in asked:
        query = query.where((Message.thread_id == asked["thread_id"]) | (Message.id == asked["thread_id"]))
    if "type" in asked:
        query = query.where(Message.type == asked["type"])
    if "around" in asked:
        middle = visible(asked["around"], member).seq
        below = _older(query, middle + 1, limit // 2 + 1)
        above = _newer(query, middle, limit - limit // 2 - 1)
        rows, older, newer = below[0] + above[0], below[1], above[1]
    elif "after" in asked:
        rows, newer = _newer(query, asked["after"], limit)
        older = rows[0].seq if rows else None
    else:
        rows, older = _older(query, asked.get("before"), limit)
        newer = rows[-1].seq if rows and "before" in asked else None
    return {"items": shown(rows, user_id), "older": older, "newer": newer}


def readable(member: Member) -> Any:
    """Return the query of the messages of a conversation that a member may see."""
    hidden = (
        "NOT EXISTS (SELECT 1 FROM chat_hidden h WHERE h.user_id = %s "
        "AND h.conversation_id = t1.conversation_id AND h.seq = t1.seq)"
    )
    return Message.select().where(
        Message.conversation_id == member.conversation_id,
        Message.seq > member.cleared_seq,
        Message.expires_at.is_null() | (Message.expires_at > app.clock.now()),
        SQL(hidden, (member.user_id,)),
    )


def _older(query: Any, before: int | None, limit: int) -> tuple[list[Message], int | None]:
    """Return the last messages before a number, and the number to go on from."""
    if before is not None:
        query = query.where(Message.seq < before)
    rows = list(query.order_by(Message.seq.desc()).limit(limit + 1))
    more = len(rows) > limit
    rows = rows[:limit][::-1]
    return rows, rows[0].seq if more else None


def _newer(query: Any, after: int, limit: int) -> tuple[list[Message], int | None]:
    """Return the first messages after a number, and the number to go on from."""
    rows = list(query.where(Message.seq > after).order_by(Message.seq).limit(limit + 1))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], rows[limit - 1].seq if limit else after


def shown(rows: Sequence[Message], viewer: UUID) -> list[dict[str, Any]]:
    """Return messages as HTTP shows them to somebody: with their own reactions and the media.

    Three statements for any number.
    """
    if not rows:
        return []
    found = app.db.rows(_MY_REACTIONS, (viewer, [row.id for row in rows]))
    reacted = {UUID(str(each)): emoji for each, emoji in found}
    voted = polls.mine(viewer, [row.id for row in rows if row.type == "poll"])
    cards = media.cards({each for row in rows for each in row.media_ids})
    return [
        {
            **views.message(row),
            "my_reactions": reacted.get(row.id, []),
            "my_votes": voted.get(row.id, []),
            "media": [asdict(cards[each]) for each in row.media_ids if each in cards],
        }
        for row in rows
    ]


def message(viewer: Principal, message_id: UUID) -> dict[str, Any]:
    """Return one message; raise NotFound. Five statements at most."""
    user_id = person(viewer)
    place = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
    if place is None:
        raise NotFound
    return shown([visible(message_id, require_member(place, user_id))], user_id)[0]

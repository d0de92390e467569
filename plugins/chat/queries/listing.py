"""One's conversations, the latest activity first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from kernel import Page, Principal, app, paginate
from plugins.accounts import api as accounts
from plugins.chat import views
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.queries.counting import unread
from plugins.chat.services.rows import person

_LAST: Final = """
SELECT l.id FROM chat_member m CROSS JOIN LATERAL (
    SELECT id FROM chat_message x
    WHERE x.conversation_id = m.conversation_id AND x.seq > m.cleared_seq
        AND (x.expires_at IS NULL OR x.expires_at > %(now)s)
        AND NOT EXISTS (SELECT 1 FROM chat_hidden h WHERE h.user_id = m.user_id
            AND h.conversation_id = x.conversation_id AND h.seq = x.seq)
    ORDER BY x.seq DESC LIMIT 1
) l WHERE m.user_id = %(user)s AND m.conversation_id = ANY(%(ids)s::uuid[])
"""
_PEERS: Final = """
SELECT conversation_id, user_id FROM chat_member
WHERE conversation_id = ANY(%(ids)s::uuid[]) AND user_id <> %(user)s
"""
_MEMBERS: Final = "SELECT * FROM chat_member WHERE user_id = %s AND conversation_id = ANY(%s::uuid[])"
_MESSAGES: Final = "SELECT * FROM chat_message WHERE id = ANY(%s::uuid[])"


def mine(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of one's conversations, the latest activity first. At most seven statements."""
    user_id = person(viewer)
    query = (
        Conversation.select()
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == user_id, *_wanted(asked))
    )
    order = (Conversation.last_activity_at.desc(), Conversation.id.desc())
    page = paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])
    return Page(_items(user_id, page.items), page.next)


def _wanted(asked: Mapping[str, Any]) -> Iterable[Any]:
    if "kind" in asked:
        yield Conversation.kind == asked["kind"]
    if "archived" in asked:
        yield Member.archived == asked["archived"]
    if "pinned" in asked:
        yield Member.pinned_at.is_null(not asked["pinned"])


def _items(user_id: UUID, rows: Sequence[Conversation]) -> list[dict[str, Any]]:
    """Return conversations as the list shows them, with people's names in place."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    given = {"user": user_id, "ids": ids, "now": app.clock.now()}
    members = {row.conversation_id: row for row in Member.raw(_MEMBERS, user_id, ids)}
    counts = unread(user_id, ids)
    last_ids = [each for (each,) in app.db.rows(_LAST, given)]
    last = {row.conversation_id: row for row in Message.raw(_MESSAGES, last_ids)}
    pairs = {**given, "ids": [row.id for row in rows if row.kind == "direct"]}
    peers = {UUID(str(each)): UUID(str(peer)) for each, peer in app.db.rows(_PEERS, pairs)}
    senders = (row.sender_id for row in last.values() if row.sender_id is not None)
    cards = accounts.user_cards({*peers.values(), *senders}, user_id)
    return [
        {
            **views.conversation(row),
            "me": views.own(members[row.id]) | {"unread": counts[row.id]},
            "member_count": row.member_count,
            "peer": asdict(cards[peers[row.id]]) if peers.get(row.id) in cards else None,
            "last_message": views.message(last[row.id]) if row.id in last else None,
            "last_sender": _sender(last.get(row.id), cards),
        }
        for row in rows
        if row.id in members and row.id in counts
    ]


def _sender(message: Message | None, cards: Mapping[UUID, Any]) -> dict[str, Any] | None:
    card = cards.get(message.sender_id) if message is not None and message.sender_id is not None else None
    return asdict(card) if card is not None else None

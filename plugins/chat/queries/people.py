"""Who is in a conversation, and who is kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from kernel import Page, Principal
from plugins.accounts import api as accounts
from plugins.chat.models import Ban, Conversation, Member
from plugins.chat.problems import NotAllowedHere
from plugins.chat.roles import at_least
from plugins.chat.services.rows import person, require_member

_BAN: Final = ("banned_by", "reason", "banned_at")


def members(viewer: Principal, conversation_id: UUID, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of a conversation's members with their names; a channel's for its moderators only."""
    user_id = person(viewer)
    member = require_member(conversation_id, user_id)
    kind = Conversation.select(Conversation.kind).where(Conversation.id == conversation_id).scalar()
    if kind == "channel" and not at_least(member.role, "moderator"):
        raise NotAllowedHere("Only moderators see who follows a channel.")
    query = Member.select().where(Member.conversation_id == conversation_id)
    page = _by_user(Member, query, asked)
    cards = accounts.user_cards([row.user_id for row in page.items], user_id)
    return Page(
        [
            {"role": row.role, "joined_at": row.joined_at, "user": asdict(cards[row.user_id])}
            for row in page.items
            if row.user_id in cards
        ],
        page.next,
    )


def bans(viewer: Principal, conversation_id: UUID, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of who is banned, for moderators of the conversation."""
    user_id = person(viewer)
    if not at_least(require_member(conversation_id, user_id).role, "moderator"):
        raise NotAllowedHere("Only moderators see who is banned.")
    page = _by_user(Ban, Ban.select().where(Ban.conversation_id == conversation_id), asked)
    cards = accounts.user_cards([row.user_id for row in page.items], user_id)
    return Page(
        [
            {"user": asdict(cards[row.user_id]), **{name: getattr(row, name) for name in _BAN}}
            for row in page.items
            if row.user_id in cards
        ],
        page.next,
    )


def _by_user(table: Any, query: Any, asked: Mapping[str, Any]) -> Page[Any]:
    """Return a page in the order of people's ids, which are unique within one conversation."""
    after = UUID(asked["cursor"]) if asked["cursor"] else None
    if after is not None:
        query = query.where(table.user_id > after)
    rows = list(query.order_by(table.user_id).limit(asked["limit"] + 1))
    more = len(rows) > asked["limit"]
    rows = rows[: asked["limit"]]
    return Page(rows, str(rows[-1].user_id) if more else None)

"""Put people into conversations and take them out; count them; tell who is concerned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.chat import views
from plugins.chat.events import MemberJoined, MemberLeft
from plugins.chat.models import Conversation, Member
from plugins.chat.problems import GroupFull
from plugins.chat.services import announcing, receipts, writing
from plugins.chat.services.rows import lock
from plugins.chat.settings import ChatSettings

QUIET: Final = frozenset({"channel"})
"""Kinds in which nobody is told who comes and goes: a channel's subscribers do not know each other."""


def enter(
    conversation: Conversation, roles: Mapping[UUID, str], *, via: str, by: UUID | None = None
) -> set[UUID]:
    """Put people into a locked (or new) conversation; return those who were not in it.

    They have read all there is so far. Raises GroupFull when they do not all fit.
    """
    came = _insert(conversation, roles)
    new = {member.user_id for member in came}
    if not new:
        return new
    _count(conversation, len(new))
    if via != "create":
        joined = [_joined(conversation, each, via) for each in sorted(new)]
        app.bus.publish(*joined, scope=conversation.scope or None)
        if conversation.kind not in QUIET:
            _tell_of_joining(conversation, came, via, by)
    announcing.regroup(new, "joined")
    return new


def _joined(conversation: Conversation, user_id: UUID, via: str) -> MemberJoined:
    return MemberJoined(conversation_id=conversation.id, user_id=user_id, kind=conversation.kind, via=via)


def enter_more(conversation_id: UUID, user_ids: Collection[UUID], *, via: str) -> set[UUID]:
    """Put people into a conversation on behalf of a plugin; return the new ones."""
    conversation = lock(conversation_id)
    return enter(conversation, dict.fromkeys(user_ids, "member"), via=via)


def _insert(conversation: Conversation, roles: Mapping[UUID, str]) -> list[Member]:
    now, seq, ordinal = app.clock.now(), conversation.last_seq, conversation.last_ordinal
    rows = [
        {
            "conversation_id": conversation.id, "user_id": user_id, "role": role, "joined_at": now,
            "delivered_seq": seq, "read_seq": seq, "read_ordinal": ordinal, "cleared_seq": 0,
            "muted_until": None, "pinned_at": None, "archived": False,
        }
        for user_id, role in sorted(roles.items())
    ]  # fmt: skip
    if not rows:
        return []
    written = Member.insert_many(rows).on_conflict_ignore().returning(Member).execute()
    return sorted(written, key=lambda member: member.user_id)


def _count(conversation: Conversation, change: int) -> None:
    """Count members in or out; raise GroupFull. The row is locked, so the check holds."""
    after = conversation.member_count + change
    if conversation.kind == "group" and change > 0 and after > app.settings.of(ChatSettings).group_members:
        raise GroupFull(f"A group has at most {app.settings.of(ChatSettings).group_members} members.")
    Conversation.update(member_count=after).where(Conversation.id == conversation.id).execute()
    conversation.member_count = after


def _tell_of_joining(conversation: Conversation, came: Sequence[Member], via: str, by: UUID | None) -> None:
    ids = [member.user_id for member in came]
    shown = receipts.sharers(conversation.kind, ids)
    data = {
        "members": [views.person(member, marked=member.user_id in shown) for member in came],
        "member_count": conversation.member_count,
    }
    announcing.tell(conversation.id, "conversation:member_joined", data)
    writing.note(conversation, by, {"event": "joined", "via": via, "user_ids": ids})


def leave(
    conversation: Conversation, user_id: UUID, *, how: str, by: UUID | None = None, told: bool = True
) -> bool:
    """Take somebody out of a locked conversation; say whether they were in it.

    `how` is left, removed, banned or erased; `by` did it, None for nobody here.
    """
    gone = (
        Member.delete().where(Member.conversation_id == conversation.id, Member.user_id == user_id).execute()
    )
    if not gone:
        return False
    _count(conversation, -1)
    app.bus.publish(
        MemberLeft(conversation_id=conversation.id, user_id=user_id, how=how),
        scope=conversation.scope or None,
    )
    if conversation.kind not in QUIET and told:
        data: dict[str, Any] = {"user_id": user_id, "how": how, "member_count": conversation.member_count}
        announcing.tell(conversation.id, "conversation:member_left", data)
        writing.note(conversation, by, {"event": how, "user_ids": [user_id]})
    announcing.regroup([user_id], how)
    return True

"""Links into groups and channels: good for a time, and for so many people."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Page, Principal, app, invalid, paginate, uuid7
from plugins.chat.models import Conversation, Invite
from plugins.chat.problems import InviteUsedUp
from plugins.chat.services import members
from plugins.chat.services.rows import Held, hold_open, lock, member_of, person

# The check and the count are one statement: of fifty who follow a link for ten, ten get in.
_USE: Final = """
UPDATE chat_invite SET uses = uses + 1
WHERE id = %(id)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
    AND (max_uses IS NULL OR uses < max_uses)
RETURNING uses
"""


def create(caller: Principal, conversation_id: UUID, given: Mapping[str, Any]) -> Invite:
    """Make a link; takes the role that may add people. Raises NotFound, NotAllowedHere, Invalid."""
    with app.db.atomic():
        held = _may_invite(caller, conversation_id)
        if given["expires_at"] is not None and given["expires_at"] <= app.clock.now():
            raise invalid("/expires_at", "Choose a moment to come.")
        made: Invite = Invite.create(
            id=uuid7(),
            conversation_id=held.id,
            token=secrets.token_urlsafe(18),
            creator_id=held.member.user_id,
            expires_at=given["expires_at"],
            max_uses=given["max_uses"],
            uses=0,
            revoked_at=None,
        )
        return made


def page(caller: Principal, conversation_id: UUID, cursor: str | None, limit: int) -> Page[Invite]:
    """Return the links of a group, the newest first, for who may invite."""
    with app.db.atomic():
        held = _may_invite(caller, conversation_id)
        query = Invite.select().where(Invite.conversation_id == held.id)
        return paginate(query, (Invite.id.desc(),), cursor=cursor, limit=limit)


def revoke(caller: Principal, conversation_id: UUID, invite_id: UUID) -> None:
    """Make a link useless, from now on; once more changes nothing. Raises NotFound."""
    with app.db.atomic():
        held = _may_invite(caller, conversation_id)
        mine = (Invite.id == invite_id) & (Invite.conversation_id == held.id)
        if not Invite.select().where(mine).exists():
            raise NotFound
        Invite.update(revoked_at=app.clock.now()).where(mine, Invite.revoked_at.is_null()).execute()


def _may_invite(caller: Principal, conversation_id: UUID) -> Held:
    held = hold_open(conversation_id, person(caller))
    held.require_kind("group", "channel")
    held.require(held.conversation.add_role)
    return held


def show(token: str) -> Conversation:
    """Return where a link leads, for who holds it; raise NotFound, InviteUsedUp."""
    invite = _by(token)
    if invite.revoked_at is not None or _is_over(invite):
        raise InviteUsedUp
    found: Conversation = Conversation.get_by_id(invite.conversation_id)
    return found


def accept(caller: Principal, token: str) -> UUID:
    """Follow a link into the group; return its id. A member spends no use.

    Raises NotFound, InviteUsedUp, Banned, GroupFull, ConversationIsClosed.
    """
    user_id = person(caller)
    with app.db.atomic():
        invite = _by(token)
        conversation = lock(invite.conversation_id)
        if member_of(conversation.id, user_id) is not None:
            return UUID(str(conversation.id))
        if not app.db.rows(_USE, {"id": invite.id, "now": app.clock.now()}):
            raise InviteUsedUp
        members.come_in(conversation, user_id, via="invite")
        return UUID(str(conversation.id))


def _by(token: str) -> Invite:
    found = Invite.get_or_none(Invite.token == token)
    if found is None:
        raise NotFound
    invite: Invite = found
    return invite


def _is_over(invite: Invite) -> bool:
    expired = invite.expires_at is not None and invite.expires_at <= app.clock.now()
    return expired or (invite.max_uses is not None and invite.uses >= invite.max_uses)

"""How somebody wants a conversation for themselves: muted, pinned, archived, cleared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Principal, app
from plugins.chat.models import Hidden, Member
from plugins.chat.services import announcing, receipts
from plugins.chat.services.rows import hold, person, require_member


def change(caller: Principal, conversation_id: UUID, changes: Mapping[str, Any]) -> Member:
    """Mute until a moment (null: not), pin to the top, archive; return one's membership as it is then."""
    user_id = person(caller)
    columns = {name: changes[name] for name in ("muted_until", "archived") if name in changes}
    with app.db.atomic():
        before = require_member(conversation_id, user_id)
        if "pinned" in changes:
            now = app.clock.now()
            columns["pinned_at"] = (before.pinned_at or now) if changes["pinned"] else None
        if not columns:
            return before
        after = _write(conversation_id, user_id, columns)
        data = {name: getattr(after, name) for name in ("muted_until", "pinned_at", "archived")}
        announcing.tell_person(
            user_id, "conversation:preferences", {"conversation_id": conversation_id, **data}
        )
        return after


def clear(caller: Principal, conversation_id: UUID) -> None:
    """Empty the history for oneself: all there is so far is read, and not shown again."""
    user_id = person(caller)
    with app.db.atomic():
        held = hold(conversation_id, user_id)
        upto = held.conversation.last_seq
        if held.member.cleared_seq == upto:
            return
        receipts.read(caller, conversation_id, upto)
        _write(conversation_id, user_id, {"cleared_seq": upto})
        Hidden.delete().where(
            Hidden.user_id == user_id, Hidden.conversation_id == conversation_id, Hidden.seq <= upto
        ).execute()
        announcing.tell_person(
            user_id, "conversation:cleared", {"conversation_id": conversation_id, "cleared_seq": upto}
        )


def _write(conversation_id: UUID, user_id: UUID, columns: Mapping[str, Any]) -> Member:
    [after] = (
        Member.update(**columns)
        .where(Member.conversation_id == conversation_id, Member.user_id == user_id)
        .returning(Member)
        .execute()
    )
    member: Member = after
    return member

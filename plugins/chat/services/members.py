"""Who is in a group or channel, and as what."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import NotFound, Principal, app, invalid
from plugins.chat.models import Ban, Conversation, Member
from plugins.chat.problems import Banned, NotAllowedHere, OwnerStays
from plugins.chat.roles import above
from plugins.chat.services import entering, opening, reach, ruling
from plugins.chat.services.rows import Held, hold, hold_open, lock, member_of, person


def add(caller: Principal, conversation_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Add people to a group or channel; return those who were not in it.

    Raises NotFound, NotAllowedHere, GroupFull, Invalid for who is banned, unknown or not reachable.
    """
    adder = person(caller)
    with app.db.atomic():
        held = hold_open(conversation_id, adder)
        held.require_kind("group", "channel")
        held.require(held.conversation.add_role)
        opening.require_welcome(adder, set(user_ids) - {adder}, "/user_ids")
        if banned(held.id, user_ids):
            raise invalid("/user_ids", "Somebody named here was banned: lift the ban first.")
        return entering.enter(held.conversation, dict.fromkeys(user_ids, "member"), via="add", by=adder)


def banned(conversation_id: UUID, user_ids: Collection[UUID]) -> bool:
    """Say whether one of these people was banned; the conversation is locked."""
    found = Ban.select().where(Ban.conversation_id == conversation_id, Ban.user_id.in_(set(user_ids)))
    return bool(found.exists())


def join(caller: Principal, conversation_id: UUID) -> bool:
    """Join a public channel or group; say whether that is new. Raises NotFound, Banned, GroupFull."""
    user_id = person(caller)
    with app.db.atomic():
        conversation = lock(conversation_id)
        if member_of(conversation_id, user_id) is not None:
            return False
        if not conversation.public:
            raise NotFound
        return come_in(conversation, user_id, via="join")


def come_in(conversation: Conversation, user_id: UUID, *, via: str) -> bool:
    """Let somebody into a locked group or channel by their own wish; say whether that is new."""
    Held(conversation, Member(user_id=user_id)).require_open()
    if banned(conversation.id, [user_id]):
        raise Banned
    return bool(entering.enter(conversation, {user_id: "member"}, via=via, by=user_id))


def leave(caller: Principal, conversation_id: UUID) -> None:
    """Leave a group or channel. An owner passes it on first, unless nobody else is there (then it closes)."""
    user_id = person(caller)
    with app.db.atomic():
        held = hold(conversation_id, user_id)
        held.require_kind("group", "channel")
        if held.member.role == "owner":
            if held.conversation.member_count > 1:
                raise OwnerStays("Choose who owns it from now on: POST …/owner with their user_id.")
            ruling.close(held.conversation)
        entering.leave(held.conversation, user_id, how="left", by=user_id)


def remove(caller: Principal, conversation_id: UUID, user_id: UUID) -> None:
    """Take somebody out who stands below oneself; they may come back. Raises NotFound, NotAllowedHere."""
    with app.db.atomic():
        held, _ = _below(caller, conversation_id, user_id)
        entering.leave(held.conversation, user_id, how="removed", by=held.member.user_id)


def ban(caller: Principal, conversation_id: UUID, user_id: UUID, reason: str) -> None:
    """Take somebody out, if they are in, and keep them out. Banning the banned changes nothing."""
    with app.db.atomic():
        held = hold_open(conversation_id, person(caller))
        held.require_kind("group", "channel")
        held.require("moderator")
        target = member_of(conversation_id, user_id)
        if target is None and reach.strangers([user_id]):
            raise invalid("/user_id", "There is no such person.")
        if target is not None and not above(held.member.role, target.role):
            raise NotAllowedHere("Only somebody who stands above them does that.")
        Ban.insert(
            conversation_id=conversation_id,
            user_id=user_id,
            banned_by=held.member.user_id,
            reason=reason,
            banned_at=app.clock.now(),
        ).on_conflict_ignore().execute()
        entering.leave(held.conversation, user_id, how="banned", by=held.member.user_id)


def unban(caller: Principal, conversation_id: UUID, user_id: UUID) -> None:
    """Lift a ban; without one nothing changes."""
    with app.db.atomic():
        held = hold_open(conversation_id, person(caller))
        held.require("moderator")
        Ban.delete().where(Ban.conversation_id == conversation_id, Ban.user_id == user_id).execute()


def change_role(caller: Principal, conversation_id: UUID, user_id: UUID, role: str) -> None:
    """Give somebody below oneself another role, also below one's own; ownership is transferred instead."""
    with app.db.atomic():
        held, target = _below(caller, conversation_id, user_id)
        if not above(held.member.role, role):
            raise NotAllowedHere("A role is given by somebody who stands above it.")
        if target.role != role:
            _set_role(held, user_id, role)


def transfer(caller: Principal, conversation_id: UUID, user_id: UUID) -> None:
    """Make another member the owner; oneself becomes an admin. Raises NotFound, NotAllowedHere."""
    owner = person(caller)
    with app.db.atomic():
        held = hold_open(conversation_id, owner)
        held.require_kind("group", "channel")
        held.require("owner")
        if user_id == owner:
            return
        if member_of(conversation_id, user_id) is None:
            raise invalid("/user_id", "Choose a member.")
        _set_role(held, owner, "admin")
        _set_role(held, user_id, "owner")


def _below(caller: Principal, conversation_id: UUID, user_id: UUID) -> tuple[Held, Member]:
    """Return the conversation held by a moderator and a member who stands below; raise a problem."""
    held = hold_open(conversation_id, person(caller))
    held.require_kind("group", "channel")
    held.require("moderator")
    target = member_of(conversation_id, user_id)
    if target is None:
        raise NotFound
    if not above(held.member.role, target.role):
        raise NotAllowedHere("Only somebody who stands above them does that.")
    return held, target


def _set_role(held: Held, user_id: UUID, role: str) -> None:
    Member.update(role=role).where(Member.conversation_id == held.id, Member.user_id == user_id).execute()
    ruling.tell_role(held.conversation, user_id, role, by=held.member.user_id)

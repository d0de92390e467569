"""Open conversations: direct ones, groups, channels, and rooms of other plugins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from kernel import FieldError, Forbidden, Invalid, Principal, app, invalid, uuid7
from plugins.chat.events import ConversationCreated
from plugins.chat.models import Conversation
from plugins.chat.permissions import CREATE_CHANNEL, CREATE_GROUP
from plugins.chat.services import entering, pictures, reach
from plugins.chat.services.rows import direct_key, person

RULES = {"post_role": "member", "add_role": "admin", "info_role": "admin"}
_BLANK: Mapping[str, Any] = {
    "title": "", "description": "", "avatar_id": None, "creator_id": None, "direct_key": None, "ref": None,
    "scope": "", "public": False, "verified": False, "message_ttl": None, "member_count": 0, "last_seq": 0,
    "last_ordinal": 0, "closed_at": None, **RULES,
}  # fmt: skip


def direct(caller: Principal, other: UUID) -> tuple[UUID, bool]:
    """Return the direct conversation with somebody and whether it is new; a pair has one, ever."""
    sender = person(caller)
    if other == sender:
        raise invalid("/user_id", "That is yourself: save messages instead.")
    if reach.strangers([other]):
        raise invalid("/user_id", "There is no such person.")
    key = direct_key(sender, other)
    if (known := _id_of(Conversation.direct_key == key)) is not None:
        return known, False
    with app.db.atomic():
        reach.require_reachable(sender, [other])
        made = _insert(uuid7(), kind="direct", creator_id=sender, direct_key=key)
        if made is None:  # the other side, or another device, was a moment earlier
            return _there(Conversation.direct_key == key), False
        _begin(made, dict.fromkeys((sender, other), "member"))
        return made.id, True


def group(caller: Principal, given: Mapping[str, Any]) -> UUID:
    """Open a group with its first members; return its id.

    Raises Invalid for people who do not exist or cannot be reached, GroupFull.
    """
    return _open(caller, "group", CREATE_GROUP, given, RULES)


def channel(caller: Principal, given: Mapping[str, Any]) -> UUID:
    """Open a channel: its admins post, everybody else reads; return its id."""
    return _open(caller, "channel", CREATE_CHANNEL, given, {**RULES, "post_role": "admin"})


def _open(
    caller: Principal, kind: str, permission: str, given: Mapping[str, Any], rules: Mapping[str, str]
) -> UUID:
    owner = person(caller)
    if not caller.can(permission):
        raise Forbidden(f"It takes {permission}.")
    others = set(given.get("members", ())) - {owner}
    columns = {**rules, **{name: given[name] for name in given if name not in {"members", "kind", "id"}}}
    with app.db.atomic():
        require_welcome(owner, others)
        made = _insert(given.get("id") or uuid7(), kind=kind, creator_id=owner, **columns)
        if made is None:
            return _repeated(given["id"], owner)
        pictures.hold(made.id, owner, None, made.avatar_id)
        _begin(made, {owner: "owner", **dict.fromkeys(others, "member")})
        return UUID(str(made.id))


def _repeated(conversation_id: UUID, owner: UUID) -> UUID:
    """Return the conversation a repeated request has opened already; raise Invalid for another's id."""
    if _id_of((Conversation.id == conversation_id) & (Conversation.creator_id == owner)) is None:
        raise invalid("/id", "Another conversation has this id: choose a new one.")
    return conversation_id


def require_welcome(adder: UUID, others: Collection[UUID], pointer: str = "/members") -> None:
    """Raise Invalid naming who is no such person, or not to be added by this one."""
    if not others:
        return
    unknown = reach.strangers(others)
    refused = unknown | reach.unreachable(adder, set(others) - unknown)
    faults = [
        FieldError(
            f"{each} cannot be added: there is no such person, or you cannot reach them.", pointer=pointer
        )
        for each in sorted(refused)
    ]
    if faults:
        raise Invalid(errors=faults)


def attached(ref: str, members: Collection[UUID], title: str, scope: str | None) -> UUID:
    """Return the conversation attached to a thing, made with these members when there is none.

    For `plugins.chat.api`; the caller has decided who belongs in it.
    """
    with app.db.atomic():
        made = _insert(uuid7(), kind="attached", ref=ref, title=title, scope=scope or "")
        if made is None:
            found = _there(Conversation.ref == ref)
            entering.enter_more(found, members, via="plugin")
            return found
        _begin(made, dict.fromkeys(members, "member"))
        return UUID(str(made.id))


def _insert(id: UUID, **columns: Any) -> Conversation | None:
    """Insert a conversation; None when its id, its pair or its thing has one (waits for a racing insert)."""
    now = app.clock.now()
    row = {**_BLANK, **columns, "id": id, "last_activity_at": now}
    written = Conversation.insert(**row).on_conflict_ignore().returning(Conversation).execute()
    for made in written:
        conversation: Conversation = made
        return conversation
    return None


def _begin(made: Conversation, roles: Mapping[UUID, str]) -> None:
    """Put the first members into a new conversation and publish that it is there."""
    entering.enter(made, roles, via="create")
    created = ConversationCreated(
        conversation_id=made.id,
        kind=made.kind,
        creator_id=made.creator_id,
        member_ids=sorted(roles),
        ref=made.ref or "",
    )
    app.bus.publish(created, scope=made.scope or None)


def _id_of(condition: Any) -> UUID | None:
    found: UUID | None = Conversation.select(Conversation.id).where(condition).scalar()
    return found


def _there(condition: Any) -> UUID:
    """Return the id of a conversation that another transaction has just committed."""
    found = _id_of(condition)
    assert found is not None, "ON CONFLICT waits for the commit of what it conflicts with"
    return found

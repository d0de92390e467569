"""The namespace `/chat`: rooms, what sockets send, what they are sent.

Sockets call the same services as HTTP, so what holds there holds here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import (
    Caller,
    Conflict,
    Emit,
    Forbidden,
    Inbound,
    Invalid,
    Namespace,
    NotFound,
    Outbound,
    Principal,
    Rate,
    RoomFamily,
    Schema,
    app,
)
from plugins.chat import extra_realtime, views
from plugins.chat.events import ConversationCreated, MemberJoined, MemberLeft
from plugins.chat.permissions import USE
from plugins.chat.schemas import requests as ask
from plugins.chat.schemas import responses as show
from plugins.chat.schemas import wire
from plugins.chat.services import announcing, changing, reacting, receipts, sending, typing
from plugins.chat.settings import ChatSettings

CHANGE: Final = (NotFound, Forbidden, Conflict, Invalid)
_LIVE: Final = """
SELECT c.id FROM chat_member m JOIN chat_conversation c ON c.id = m.conversation_id
WHERE m.user_id = %s ORDER BY c.last_activity_at DESC LIMIT %s
"""
_IN: Final = """
SELECT conversation_id FROM chat_member WHERE user_id = %s AND conversation_id = ANY(%s::uuid[])
"""


def conversations(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return those of the conversations that the caller is in."""
    return [str(each) for (each,) in app.db.rows(_IN, (principal.id, list(keys)))]


def latest(principal: Principal) -> Iterable[str]:
    """Return the caller's conversations of late, `[chat] live_rooms` of them."""
    most = app.settings.of(ChatSettings).live_rooms
    return [str(each) for (each,) in app.db.rows(_LIVE, (principal.id, most))]


def shared(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return those of the conversations in which the caller sees others' receipts: who shares their own."""
    if principal.id is None:
        return []
    return [str(each) for each in receipts.shared_among(principal.id, keys)]


def latest_shared(principal: Principal) -> Iterable[str]:
    """Return the caller's conversations of late in which receipts are shared."""
    return shared(principal, list(latest(principal)))


def oneself(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return the caller's own id, if it was asked for."""
    return [key for key in keys if key == str(principal.id)]


def own(principal: Principal) -> Iterable[str]:
    """Return the caller's own id."""
    return [str(principal.id)] if principal.id else []


def _send(caller: Caller, data: dict[str, Any]) -> Any:
    given = {name: value for name, value in data.items() if name != "conversation_id"}
    message, _ = sending.send(caller.principal, data["conversation_id"], given)
    return views.message(message)


def _edit(caller: Caller, data: dict[str, Any]) -> Any:
    changes: dict[str, Any] = {name: data[name] for name in ask.CHANGEABLE if name in data}
    return views.message(changing.edit(caller.principal, data["message_id"], data["version"], changes))


def _delete(caller: Caller, data: dict[str, Any]) -> None:
    changing.delete(caller.principal, data["message_id"], data["scope"])


def _react(caller: Caller, data: dict[str, Any]) -> Any:
    counts = reacting.react(caller.principal, data["message_id"], data["emoji"], added=data["added"])
    return {"reactions": counts}


def _typing(caller: Caller, data: dict[str, Any]) -> None:
    typing.tell(caller.principal, data["conversation_id"], typing=data["typing"], sid=caller.sid)


def _read(caller: Caller, data: dict[str, Any]) -> Any:
    return receipts.read(caller.principal, data["conversation_id"], data["seq"])


def _delivered(caller: Caller, data: dict[str, Any]) -> Any:
    return receipts.delivered(caller.principal, data["conversation_id"], data["seq"])


def _from_member(name: str, summary: str, handler: Any, body: type[Schema], **own: Any) -> Inbound:
    return Inbound(
        name=name, summary=summary, handler=handler, body=body, permission=USE, **{"errors": CHANGE, **own}
    )


INBOUND: Final = (
    _from_member(
        "message:send",
        "Send a message; with an `id` of the client's a resend is stored once",
        _send,
        ask.SendIn,
        ack=show.MessageCore,
        rate=Rate(600, by="principal"),
    ),
    _from_member(
        "message:edit", "Change what one's own message says", _edit, ask.EditIn, ack=show.MessageCore
    ),
    _from_member("message:delete", "Delete a message, for all or for me", _delete, ask.RemoveIn),
    _from_member(
        "message:react",
        "Put an emoji on a message, or take it back",
        _react,
        ask.ReactIn,
        ack=show.CountsOut,
    ),
    _from_member(
        "typing",
        "Say that one types, each few seconds, or has stopped",
        _typing,
        ask.TypingIn,
        rate=Rate(120, by="principal"),
        errors=(NotFound, Forbidden, Conflict),
    ),
    _from_member(
        "read",
        "Mark everything up to a message as read",
        _read,
        ask.SocketMarkIn,
        ack=show.MarksOut,
        errors=(NotFound,),
    ),
    _from_member(
        "delivered",
        "Mark everything up to a message as arrived",
        _delivered,
        ask.SocketMarkIn,
        ack=show.MarksOut,
        errors=(NotFound,),
    ),
)


def _to_members(event: ConversationCreated) -> Iterable[Emit]:
    data = {"conversation_id": event.conversation_id, "kind": event.kind}
    return [Emit(key=str(user_id), data=data) for user_id in event.member_ids]


def _to_joined(event: MemberJoined) -> Emit:
    return Emit(key=str(event.user_id), data={"conversation_id": event.conversation_id, "kind": event.kind})


def _to_left(event: MemberLeft) -> Emit:
    return Emit(key=str(event.user_id), data={"conversation_id": event.conversation_id, "reason": event.how})


def _here(name: str, summary: str, data: type[Any]) -> Outbound:
    return Outbound(name=name, summary=summary, data=data, room="conversation")


def _to_me(name: str, summary: str, data: type[Any], **derived: Any) -> Outbound:
    return Outbound(name=name, summary=summary, data=data, room="user", **derived)


OUTBOUND: Final = (
    _here("message:new", "A new message, number `seq` of its conversation", wire.MessageNews),
    _here("message:edited", "A message reads as follows now", wire.MessageNews),
    _here("message:deleted", "A message is gone; a tombstone is left", wire.MessageGone),
    _here("message:reaction", "Somebody reacted, or took it back", wire.ReactionNews),
    _here("conversation:updated", "Title, picture or rules changed", wire.Updated),
    _here("conversation:closed", "Nobody writes in it any more", wire.Closed),
    _here("conversation:member_joined", "People came in", wire.Joined),
    _here("conversation:member_left", "Somebody went", wire.Left),
    _here("conversation:role", "Somebody has another role", wire.RoleNews),
    _here("conversation:pinned", "A message was pinned", wire.Pinned),
    _here("conversation:unpinned", "A pin was taken off", wire.Unpinned),
    Outbound(
        name="typing",
        summary="Somebody types",
        data=wire.TypingNews,
        room="conversation",
        volatile=True,
    ),
    Outbound(name="receipt", summary="How far somebody has come", data=wire.Receipt, room="receipts"),
    _to_me(
        "conversation:created",
        "One is in a new conversation",
        wire.Created,
        on=ConversationCreated,
        emits=_to_members,
    ),
    _to_me("conversation:created", "One came in", wire.Created, on=MemberJoined, emits=_to_joined),
    _to_me("conversation:removed", "One is in it no longer", wire.Removed, on=MemberLeft, emits=_to_left),
    _to_me("conversation:read", "How far one has read, on whichever device", wire.Read),
    _to_me("conversation:preferences", "Muted, pinned to the top, archived", wire.Wishes),
    _to_me("conversation:cleared", "One cleared the history for oneself", wire.Cleared),
    _to_me("conversation:my_role", "One's role in a channel changed", wire.MyRole),
    _to_me("message:hidden", "One deleted a message for oneself", wire.MessageHidden),
)

CHAT: Final = Namespace(
    path=announcing.NAMESPACE,
    summary="Conversations as they happen",
    permission=USE,
    rooms=(
        RoomFamily(
            name="conversation",
            summary="Everybody in a conversation",
            authorise=conversations,
            key=UUID,
            automatic=latest,
        ),
        RoomFamily(
            name="receipts",
            summary="Those in a conversation who show each other what they read",
            authorise=shared,
            key=UUID,
            automatic=latest_shared,
        ),
        RoomFamily(name="user", summary="One person's devices", authorise=oneself, key=UUID, automatic=own),
    ),
    inbound=(*INBOUND, *extra_realtime.INBOUND),
    outbound=(*OUTBOUND, *extra_realtime.OUTBOUND),
)

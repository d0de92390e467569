"""What sockets of `/chat` are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kernel import Emit, Outbound
from plugins.chat.events import ConversationCreated, MemberJoined, MemberLeft
from plugins.chat.schemas import polls, wire
from plugins.chat.schemas.saved import SavedNews
from plugins.chat.schemas.scheduled import ScheduledNews


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
    Outbound(
        name="message:scheduled",
        summary="A scheduled message of one's own waits, was sent, failed or was cancelled",
        data=ScheduledNews,
        room="user",
    ),
    Outbound(name="message:saved", summary="One keeps a message, or no longer", data=SavedNews, room="user"),
    Outbound(
        name="poll:updated",
        summary="A poll stands like this now",
        data=polls.PollNews,
        room="conversation",
    ),
    Outbound(name="poll:voted", summary="What one marked in a poll", data=polls.VotedNews, room="user"),
)

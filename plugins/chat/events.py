"""What happens in conversations, for other plugins to react to.

The conversation's scope is the event's. No event carries a text: events are kept
for good, what people wrote is not.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("chat.conversation.created", version=1, key="conversation_id")
class ConversationCreated:
    """There is a new conversation with these members; `kind` is direct, group, channel or attached."""

    conversation_id: UUID
    kind: str
    creator_id: UUID | None
    member_ids: list[UUID]
    ref: str = ""


@event("chat.conversation.updated", version=1, key="conversation_id")
class ConversationUpdated:
    """Its title, picture or rules changed; `fields` names what."""

    conversation_id: UUID
    fields: list[str]


@event("chat.conversation.closed", version=1, key="conversation_id")
class ConversationClosed:
    """Nobody writes in it any more; it can still be read."""

    conversation_id: UUID


@event("chat.member.joined", version=1, key="conversation_id")
class MemberJoined:
    """Somebody is in the conversation; `via` is add, invite, join or plugin.

    The first members are told of by `chat.conversation.created.v1`.
    """

    conversation_id: UUID
    user_id: UUID
    kind: str
    via: str


@event("chat.member.left", version=1, key="conversation_id")
class MemberLeft:
    """Somebody is in it no longer; `how` is left, removed, banned or erased."""

    conversation_id: UUID
    user_id: UUID
    how: str


@event("chat.member.role_changed", version=1, key="conversation_id")
class MemberRoleChanged:
    """Somebody has another role in it."""

    conversation_id: UUID
    user_id: UUID
    role: str


@event("chat.message.sent", version=1, key="conversation_id")
class MessageSent:
    """There is a new message, number `seq` of its conversation."""

    message_id: UUID
    conversation_id: UUID
    seq: int
    sender_id: UUID | None
    type: str
    unattended: bool = False


@event("chat.message.edited", version=1, key="conversation_id")
class MessageEdited:
    """A message says something else."""

    message_id: UUID
    conversation_id: UUID
    editor_id: UUID


@event("chat.message.deleted", version=1, key="conversation_id")
class MessageDeleted:
    """A message is gone for everybody; `reason` is sender, moderator, expired or erased."""

    message_id: UUID
    conversation_id: UUID
    reason: str


@event("chat.message.reacted", version=1, key="conversation_id")
class MessageReacted:
    """Somebody put an emoji on a message, or took it back (`added` False)."""

    message_id: UUID
    conversation_id: UUID
    user_id: UUID
    emoji: str
    added: bool


EVENTS = (
    ConversationCreated,
    ConversationUpdated,
    ConversationClosed,
    MemberJoined,
    MemberLeft,
    MemberRoleChanged,
    MessageSent,
    MessageEdited,
    MessageDeleted,
    MessageReacted,
)

PUBLIC = (
    (ConversationCreated, ("creator_id", "member_ids"), ""),
    (ConversationClosed, (), "chat:moderate"),
    (MemberJoined, ("user_id",), ""),
    (MemberLeft, ("user_id",), ""),
    (MemberRoleChanged, ("user_id",), ""),
    (MessageSent, ("sender_id",), ""),
    (MessageEdited, ("editor_id",), ""),
    (MessageDeleted, (), "chat:moderate"),
    (MessageReacted, ("user_id",), ""),
)
"""What `webhooks` may send to whom it concerns.

Who talks to whom is nobody else's business, moderators included.
"""

"""What socket events carry, besides messages and conversations themselves."""

from __future__ import annotations

from marshmallow.validate import OneOf

from kernel import Schema, fields
from plugins.chat.roles import ROLES
from plugins.chat.schemas.responses import MemberHereOut, MessageCore, PinOut


class Here(Schema):
    """In which conversation."""

    conversation_id = fields.UUID(required=True)


class ThreadCount(Schema):
    """How many replies a thread has now; `id` is its root's."""

    id = fields.UUID(required=True)
    reply_count = fields.Integer(required=True)


class MessageNews(Here):
    """A message as it is now: replace the one with this id. `thread` comes with a reply."""

    message = fields.Nested(MessageCore, required=True)
    thread = fields.Nested(ThreadCount)


class MessageGone(MessageNews):
    """What is left of a message; `reason` is sender, moderator, expired or erased."""

    reason = fields.String()


class MessageHidden(Here):
    """One deleted a message for oneself."""

    message_id = fields.UUID(required=True)
    seq = fields.Integer(required=True)


class ReactionNews(Here):
    """Somebody put an emoji on a message or took it back; `reactions` are the counts since."""

    message_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    emoji = fields.String(required=True)
    added = fields.Boolean(required=True)
    reactions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class TypingNews(Here):
    """Somebody types; forget it after `expires_in` seconds."""

    user_id = fields.UUID(required=True)
    typing = fields.Boolean(required=True)
    expires_in = fields.Integer(required=True)


class Receipt(Here):
    """How far somebody has come; null: unchanged."""

    user_id = fields.UUID(required=True)
    delivered_seq = fields.Integer(required=True)
    read_seq = fields.Integer(required=True, allow_none=True)


class Read(Here):
    """How far one has come oneself, on whichever device."""

    read_seq = fields.Integer(required=True)
    read_ordinal = fields.Integer(required=True)


class Created(Here):
    """One is in a conversation from now on: fetch its snapshot."""

    kind = fields.String(required=True)


class Removed(Here):
    """One is in it no longer; `reason` is left, removed, banned or erased."""

    reason = fields.String(required=True)


class Updated(Here):
    """`changes` are the members that changed, as they are now."""

    changes = fields.Dict(keys=fields.String(), required=True)
    version = fields.Integer(required=True)


class Closed(Here):
    """Nobody writes in it any more."""

    closed_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class Joined(Here):
    """Who came in."""

    members = fields.List(fields.Nested(MemberHereOut), required=True)
    member_count = fields.Integer(required=True)


class Left(Here):
    """Who went, and `how`: left, removed, banned or erased."""

    user_id = fields.UUID(required=True)
    how = fields.String(required=True)
    member_count = fields.Integer(required=True)


class RoleNews(Here):
    """Somebody has another role."""

    user_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=OneOf(ROLES))


class MyRole(Here):
    """One's own role in a channel changed."""

    role = fields.String(required=True, validate=OneOf(ROLES))


class Pinned(Here):
    """A message was pinned for everybody."""

    pin = fields.Nested(PinOut, required=True)


class Unpinned(Here):
    """A pin was taken off."""

    message_id = fields.UUID(required=True)


class Wishes(Here):
    """How one wants a conversation for oneself, on every device."""

    muted_until = fields.DateTime(required=True, allow_none=True)
    pinned_at = fields.DateTime(required=True, allow_none=True)
    archived = fields.Boolean(required=True)


class Cleared(Here):
    """One cleared the history for oneself up to a message."""

    cleared_seq = fields.Integer(required=True)

"""What responses and socket events show."""

from __future__ import annotations

from typing import Any

from marshmallow.validate import OneOf

from kernel import Schema, fields
from plugins.chat.roles import KINDS, ROLES
from plugins.media.api import CardOut


def _moment(**kwargs: Any) -> fields.DateTime:
    return fields.DateTime(required=True, **kwargs)


def _uuid(**kwargs: Any) -> fields.UUID:
    return fields.UUID(required=True, **kwargs)


def _number(text: str = "", **kwargs: Any) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": text} if text else {}, **kwargs)


class PersonOut(Schema):
    """Somebody as the reader may see them."""

    id = _uuid()
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    bio = fields.String(required=True)
    status_message = fields.String(required=True)
    verified = fields.Boolean(required=True)
    member_since = _moment(allow_none=True)
    deleted = fields.Boolean(required=True)


class MessageCore(Schema):
    """A message as everybody in its conversation sees it; a tombstone has `deleted_at` and no content."""

    id = _uuid()
    conversation_id = _uuid()
    seq = _number("Its place in the conversation: 1, 2, 3 … without gaps, the same for everybody.")
    ordinal = _number("How many messages that count as unread there are up to it.")
    counted = fields.Boolean(
        required=True, metadata={"description": "Whether it counts as unread; system ones do not."}
    )
    unattended = fields.Boolean(
        required=True, metadata={"description": "Sent for its sender while they were away."}
    )
    sender_id = _uuid(allow_none=True)
    type = fields.String(required=True)
    text = fields.String(required=True)
    html = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of type markdown: the text as HTML that is safe to show."},
    )
    payload = fields.Dict(keys=fields.String(), required=True)
    media_ids = fields.List(fields.UUID(), required=True)
    mentions = fields.List(fields.UUID(), required=True)
    hashtags = fields.List(fields.String(), required=True)
    reply_to_id = _uuid(allow_none=True)
    thread_id = _uuid(allow_none=True)
    reply_count = _number("Replies in the thread it is the root of.")
    forward_of_id = _uuid(allow_none=True)
    forward_sender_id = _uuid(allow_none=True, metadata={"description": "Who wrote what was forwarded."})
    forward_count = _number()
    reactions = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many by emoji."},
    )
    created_at = _moment()
    edited_at = _moment(allow_none=True)
    deleted_at = _moment(allow_none=True)
    expires_at = _moment(allow_none=True)
    version = _number()


class MessageOut(MessageCore):
    """A message as its reader sees it."""

    my_reactions = fields.List(fields.String(), required=True)
    my_votes = fields.List(
        fields.Integer(), required=True, metadata={"description": "Of a poll: the answers one marked."}
    )
    media = fields.List(fields.Nested(CardOut), required=True)


class HistoryOut(Schema):
    """A stretch of the history, in its order."""

    items = fields.List(fields.Nested(MessageOut), required=True)
    older = _number("Pass as `before` for what was before; null: nothing.", allow_none=True)
    newer = _number("Pass as `after` for what came after; null: nothing yet.", allow_none=True)


class RevisionOut(Schema):
    """What a message said before an edit."""

    text = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    written_at = _moment()


class RevisionsOut(Schema):
    """All a message said before, the first first."""

    items = fields.List(fields.Nested(RevisionOut), required=True)


class UncountedOut(Schema):
    """A message above the read mark that does not count as unread, since a moment or (null) anyway."""

    seq = _number()
    since = _moment(allow_none=True)


class MeOut(Schema):
    """What is one's own business in a conversation."""

    role = fields.String(required=True, validate=OneOf(ROLES))
    joined_at = _moment()
    read_seq = _number("Messages up to this one are read.")
    read_ordinal = _number("The `ordinal` of that message.")
    cleared_seq = _number("Messages up to this one are not shown to you.")
    muted_until = _moment(allow_none=True)
    pinned_at = _moment(allow_none=True)
    archived = fields.Boolean(required=True)
    unread = _number()


class MeHereOut(MeOut):
    """The same in a snapshot, with what a client needs to go on counting."""

    user_id = _uuid()
    uncounted = fields.List(fields.Nested(UncountedOut), required=True)
    shares_receipts = fields.Boolean(required=True)


class ConversationCore(Schema):
    """A conversation as everybody in it sees it."""

    id = _uuid()
    kind = fields.String(required=True, validate=OneOf(KINDS))
    title = fields.String(required=True)
    description = fields.String(required=True)
    avatar_id = _uuid(allow_none=True)
    creator_id = _uuid(allow_none=True)
    ref = fields.String(
        required=True, allow_none=True, metadata={"description": "What it is attached to: `order:0190…`."}
    )
    public = fields.Boolean(required=True)
    verified = fields.Boolean(required=True)
    post_role = fields.String(required=True, validate=OneOf(ROLES))
    add_role = fields.String(required=True, validate=OneOf(ROLES))
    info_role = fields.String(required=True, validate=OneOf(ROLES))
    message_ttl = _number(allow_none=True)
    member_count = _number("Null in the snapshot of a channel.", allow_none=True)
    last_seq = _number()
    last_ordinal = _number()
    created_at = _moment()
    last_activity_at = _moment()
    closed_at = _moment(allow_none=True)
    version = _number()


class ConversationItemOut(ConversationCore):
    """A conversation in one's list."""

    me = fields.Nested(MeOut, required=True)
    peer = fields.Nested(
        PersonOut,
        required=True,
        allow_none=True,
        metadata={"description": "The other person of a direct conversation."},
    )
    last_message = fields.Nested(MessageCore, required=True, allow_none=True)
    last_sender = fields.Nested(PersonOut, required=True, allow_none=True)


class MemberHereOut(Schema):
    """Somebody in a conversation; marks are null where receipts are not shared."""

    user_id = _uuid()
    role = fields.String(required=True, validate=OneOf(ROLES))
    joined_at = _moment()
    delivered_seq = _number(allow_none=True)
    read_seq = _number(allow_none=True)


class PinOut(Schema):
    """A pinned message."""

    message_id = _uuid()
    pinned_by = _uuid(allow_none=True)
    pinned_at = _moment()
    expires_at = _moment(allow_none=True, metadata={"description": "When the message vanishes, and the pin."})


class PositionOut(Schema):
    """Where a room's stream stands."""

    epoch = fields.String(required=True)
    seq = _number()


class SnapshotOut(ConversationCore):
    """A conversation as it stood at one moment, and where its streams stood then."""

    me = fields.Nested(MeHereOut, required=True)
    members = fields.List(fields.Nested(MemberHereOut), required=True)
    pins = fields.List(fields.Nested(PinOut), required=True)
    messages = fields.List(fields.Nested(MessageOut), required=True)
    position = fields.Dict(keys=fields.String(), values=fields.Nested(PositionOut), required=True)


class PreviewOut(Schema):
    """What somebody sees of a group or channel they are not in."""

    id = _uuid()
    kind = fields.String(required=True, validate=OneOf(KINDS))
    title = fields.String(required=True)
    description = fields.String(required=True)
    avatar_id = _uuid(allow_none=True)
    verified = fields.Boolean(required=True)
    public = fields.Boolean(required=True)
    member_count = _number()


class MemberOut(Schema):
    """A member with their name."""

    role = fields.String(required=True, validate=OneOf(ROLES))
    joined_at = _moment()
    user = fields.Nested(PersonOut, required=True)


class BanOut(Schema):
    """Somebody kept out."""

    user = fields.Nested(PersonOut, required=True)
    banned_by = _uuid(allow_none=True)
    reason = fields.String(required=True)
    banned_at = _moment()


class InviteOut(Schema):
    """A link into a group or channel."""

    id = _uuid()
    token = fields.String(
        required=True, metadata={"description": "`POST /v1/chat/invites/<token>` follows it."}
    )
    creator_id = _uuid()
    expires_at = _moment(allow_none=True)
    max_uses = _number(allow_none=True)
    uses = _number()
    revoked_at = _moment(allow_none=True)
    created_at = _moment()


class AddedOut(Schema):
    """Who came in by this call."""

    added = fields.List(fields.UUID(), required=True)


class MarksOut(Schema):
    """How far one has come, now."""

    read_seq = _number()
    delivered_seq = _number()


class CountsOut(Schema):
    """Reactions of a message, now."""

    reactions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)

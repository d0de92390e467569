"""What requests and socket events bring."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.chat.roles import KINDS, ROLES

MESSAGE_TYPES: Final = (
    "text", "markdown", "code", "image", "album", "video", "audio", "voice", "document", "gif", "sticker",
    "location", "live_location", "contact", "poll",
)  # fmt: skip
CHANGEABLE: Final = ("text", "payload", "mentions")
LONGEST_TEXT: Final = 16_000
"""No setting allows longer ones; what `chat.max_text` allows is checked with the content."""
LONGEST_TTL: Final = 365 * 24 * 3600
_LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")


def _title(**kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=128), _LINE], **kwargs)


def _ttl(**kwargs: Any) -> fields.Integer:
    return fields.Integer(allow_none=True, validate=Range(1, LONGEST_TTL), **kwargs)


class DirectIn(Schema):
    """With whom to converse."""

    user_id = fields.UUID(required=True)


class Rules(Schema):
    """What a group or channel is called, and who may do what."""

    title = _title(metadata={"example": "Garden committee"})
    description = fields.String(validate=Length(max=1000))
    avatar_id = fields.UUID(allow_none=True, metadata={"description": "A picture of yours."})
    post_role = fields.String(validate=OneOf(ROLES), metadata={"description": "The lowest role that posts."})
    add_role = fields.String(
        validate=OneOf(ROLES), metadata={"description": "The lowest role that adds people and makes links."}
    )
    info_role = fields.String(
        validate=OneOf(ROLES), metadata={"description": "The lowest role that changes title and picture."}
    )
    public = fields.Boolean(metadata={"description": "Anybody may find and join it."})
    message_ttl = _ttl(metadata={"description": "Seconds after which new messages vanish; null: never."})


class ConversationIn(Rules):
    """A new group or channel."""

    id = fields.UUID(metadata={"description": "Chosen by the client, if it likes: a UUIDv7."})
    kind = fields.String(required=True, validate=OneOf(("group", "channel")))
    title = fields.String(required=True, validate=[Length(min=1, max=128), _LINE])
    members = fields.List(fields.UUID(), load_default=list, validate=Length(max=255))


class ConversationsQuery(Schema):
    """Which of one's conversations."""

    kind = fields.String(validate=OneOf(KINDS))
    archived = fields.Boolean()
    pinned = fields.Boolean()


class HistoryQuery(Schema):
    """Which part of the history; one of before, after, around, or none for the latest."""

    before = fields.Integer(validate=Range(min=1), metadata={"description": "Messages before this number."})
    after = fields.Integer(validate=Range(min=0), metadata={"description": "Messages after this number."})
    around = fields.UUID(metadata={"description": "A message, and those on both sides of it."})
    thread_id = fields.UUID(metadata={"description": "The root of a thread, and its replies."})
    type = fields.String(validate=OneOf((*MESSAGE_TYPES, "system")))
    limit = fields.Integer(load_default=50, validate=Range(1, 100))


class MessageIn(Schema):
    """A new message."""

    id = fields.UUID(metadata={"description": "Chosen by the client (UUIDv7): a resend is stored once."})
    type = fields.String(load_default="text", validate=OneOf(MESSAGE_TYPES))
    text = fields.String(
        load_default="",
        validate=Length(max=LONGEST_TEXT),
        metadata={"description": "Or the caption of media."},
    )
    payload = fields.Dict(
        keys=fields.String(), load_default=dict, metadata={"description": "What the type is made of."}
    )
    media_ids = fields.List(fields.UUID(), load_default=list, validate=Length(max=50))
    mentions = fields.List(fields.UUID(), load_default=list, validate=Length(max=50))
    reply_to_id = fields.UUID(load_default=None, allow_none=True)
    thread_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Any message of the thread."}
    )
    ttl = _ttl(
        load_default=None,
        metadata={"description": "Seconds until it vanishes; null: the conversation's rule."},
    )


class MessagePatch(Schema):
    """What a message says instead; what is left out stays."""

    text = fields.String(validate=Length(max=LONGEST_TEXT))
    payload = fields.Dict(keys=fields.String())
    mentions = fields.List(fields.UUID(), validate=Length(max=50))


class DeleteQuery(Schema):
    """For whom a message is deleted."""

    scope = fields.String(
        data_key="for",
        load_default="all",
        validate=OneOf(("all", "me")),
        metadata={"description": "`all` leaves a tombstone for everybody, `me` hides it from oneself."},
    )


class ReactionIn(Schema):
    """An emoji, or the name of a custom one."""

    emoji = fields.String(required=True, validate=Length(min=1, max=32))


class PeopleIn(Schema):
    """People to add."""

    user_ids = fields.List(fields.UUID(), required=True, validate=Length(min=1, max=255))


class PersonIn(Schema):
    """Somebody."""

    user_id = fields.UUID(required=True)


class BanIn(Schema):
    """Whom to keep out, and why."""

    user_id = fields.UUID(required=True)
    reason = fields.String(load_default="", validate=Length(max=500))


class RoleIn(Schema):
    """A role below one's own; ownership is transferred by `…/owner`."""

    role = fields.String(required=True, validate=OneOf(ROLES[:-1]))


class InviteIn(Schema):
    """How long a link is good, and for how many."""

    expires_at = fields.DateTime(load_default=None, allow_none=True)
    max_uses = fields.Integer(load_default=None, allow_none=True, validate=Range(1, 100_000))


class MarkIn(Schema):
    """How far one has come."""

    seq = fields.Integer(required=True, validate=Range(min=0))


class WishesIn(Schema):
    """How one wants a conversation for oneself."""

    muted_until = fields.DateTime(allow_none=True, metadata={"description": "No notifications until then."})
    pinned = fields.Boolean()
    archived = fields.Boolean()


class VerifiedIn(Schema):
    """Whether a channel has the badge."""

    verified = fields.Boolean(required=True)


class SendIn(MessageIn):
    """`message:send`: a new message and where it goes."""

    conversation_id = fields.UUID(required=True)


class EditIn(MessagePatch):
    """`message:edit`."""

    message_id = fields.UUID(required=True)
    version = fields.Integer(load_default=None, allow_none=True)


class RemoveIn(Schema):
    """`message:delete`."""

    message_id = fields.UUID(required=True)
    scope = fields.String(data_key="for", load_default="all", validate=OneOf(("all", "me")))


class ReactIn(ReactionIn):
    """`message:react`."""

    message_id = fields.UUID(required=True)
    added = fields.Boolean(load_default=True, metadata={"description": "False takes it back."})


class TypingIn(Schema):
    """`typing`: sent while somebody types, each few seconds; False when they stop."""

    conversation_id = fields.UUID(required=True)
    typing = fields.Boolean(load_default=True)


class SocketMarkIn(MarkIn):
    """`read` and `delivered`."""

    conversation_id = fields.UUID(required=True)

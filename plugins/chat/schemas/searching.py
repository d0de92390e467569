"""What searches bring and show."""

from __future__ import annotations

from marshmallow.validate import Length, OneOf, Range

from kernel import Schema, fields
from plugins.chat.schemas.requests import MESSAGE_TYPES
from plugins.chat.schemas.responses import MessageOut


class TaggedQuery(Schema):
    """Which of the messages one may read."""

    conversation_id = fields.UUID(metadata={"description": "In one conversation; else in all of one's own."})
    sender_id = fields.UUID()
    type = fields.String(validate=OneOf(MESSAGE_TYPES))
    since = fields.DateTime()
    until = fields.DateTime()


class SearchQuery(TaggedQuery):
    """Words, a hashtag, or both."""

    q = fields.String(
        validate=Length(min=1, max=200),
        metadata={"description": '`garden party`, `"garden party"`, `garden or lawn`, `-rain`.'},
    )
    hashtag = fields.String(validate=Length(min=1, max=61))


class FoundOut(Schema):
    """A message that fits."""

    message = fields.Nested(MessageOut, required=True)
    highlight = fields.String(
        required=True,
        metadata={"description": "HTML: the text around what was found, in `<mark>`; empty without `q`."},
    )


class HashtagsQuery(Schema):
    """Which hashtags."""

    conversation_id = fields.UUID()
    prefix = fields.String(validate=Length(max=61))
    limit = fields.Integer(load_default=20, validate=Range(1, 100))


class HashtagOut(Schema):
    """A hashtag and how many of the latest messages have it."""

    hashtag = fields.String(required=True)
    messages = fields.Integer(required=True)


class HashtagsOut(Schema):
    """The most used first."""

    items = fields.List(fields.Nested(HashtagOut), required=True)

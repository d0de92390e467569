"""What scheduled messages bring and show."""

from __future__ import annotations

from marshmallow.validate import Length, OneOf

from kernel import Schema, fields
from plugins.chat.schemas.requests import LONGEST_TEXT, MESSAGE_TYPES, MessageIn
from plugins.chat.schemas.wire import Here

STATUSES = ("waiting", "sent", "failed", "cancelled")


class ScheduledIn(MessageIn):
    """A message, where it goes and when."""

    conversation_id = fields.UUID(required=True)
    send_at = fields.DateTime(required=True, metadata={"description": "Within a year."})


class ScheduledPatch(Schema):
    """What it says instead, or when it goes; what is left out stays."""

    type = fields.String(validate=OneOf(MESSAGE_TYPES))
    text = fields.String(validate=Length(max=LONGEST_TEXT))
    payload = fields.Dict(keys=fields.String())
    media_ids = fields.List(fields.UUID(), validate=Length(max=50))
    mentions = fields.List(fields.UUID(), validate=Length(max=50))
    send_at = fields.DateTime()


class ScheduledQuery(Schema):
    """Of which conversation."""

    conversation_id = fields.UUID()


class ScheduledOut(Schema):
    """A message that waits, or could not be sent: `failure` says why."""

    id = fields.UUID(required=True, metadata={"description": "The message's id, once it is sent."})
    conversation_id = fields.UUID(required=True)
    content = fields.Dict(keys=fields.String(), required=True)
    send_at = fields.DateTime(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    failure = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class ScheduledNews(Here):
    """A scheduled message of one's own waits, was sent, failed or was cancelled."""

    scheduled_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    send_at = fields.DateTime(required=True)

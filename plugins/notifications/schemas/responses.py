"""What `/v1/notifications` answers."""

from __future__ import annotations

from kernel import Schema, fields
from plugins.notifications.schemas.requests import DigestWish, QuietHours


class NotificationOut(Schema):
    """One entry of the list in the application."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "Where it leads; may be empty."})
    data = fields.Dict(required=True, metadata={"description": "What the type says about it, for clients."})
    topic = fields.String(required=True)
    read_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class UnreadOut(Schema):
    """How many are unread."""

    unread = fields.Integer(required=True)


class CreatedOut(Schema):
    """Which notification is new."""

    notification_id = fields.UUID(required=True)
    type = fields.String(required=True)


class TypeOut(Schema):
    """A type of notification, as people may know it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    channels = fields.List(fields.String(), required=True)
    mandatory = fields.Boolean(required=True)


class PreferencesOut(Schema):
    """A person's wishes, defaults filled in."""

    types = fields.List(fields.Nested(TypeOut), required=True)
    channels = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Boolean()), required=True
    )
    quiet_hours = fields.Nested(QuietHours, required=True, allow_none=True)
    digest = fields.Nested(DigestWish, required=True)
    version = fields.Integer(required=True)


class MuteOut(Schema):
    """A topic somebody does not want to hear of."""

    topic = fields.String(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class DeliveryOut(Schema):
    """One delivery, without its content."""

    id = fields.UUID(required=True)
    message_id = fields.UUID(required=True)
    type = fields.String(required=True)
    channel = fields.String(required=True)
    user_id = fields.UUID(required=True, allow_none=True)
    address = fields.String(required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    attempt = fields.Integer(required=True)
    due_at = fields.DateTime(required=True)
    provider = fields.String(required=True)
    provider_id = fields.String(required=True)
    correlation_id = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)


class SuppressionOut(Schema):
    """An address that is spared."""

    id = fields.UUID(required=True)
    address = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "Empty: every type that is not mandatory."})
    reason = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class MailboxMessageOut(Schema):
    """What would have been sent."""

    id = fields.UUID(required=True)
    channel = fields.String(required=True)
    sender = fields.String(required=True, data_key="from")
    recipient = fields.String(required=True, data_key="to")
    subject = fields.String(required=True)
    text = fields.String(required=True)
    html = fields.String(required=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    created_at = fields.DateTime(required=True)


class MailboxOut(Schema):
    """The messages, oldest first."""

    items = fields.List(fields.Nested(MailboxMessageOut), required=True)

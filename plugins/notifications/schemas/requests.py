"""Bodies and queries of `/v1/notifications`."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.notifications.kinds import CHANNELS
from plugins.notifications.local_time import EVERY_DAY

STATES = ("queued", "sending", "held", "digested", "sent", "failed", "suppressed", "bounced")
FREQUENCIES = ("off", "hourly", "daily")
_NAME = Length(max=120)


class ListQuery(Schema):
    """Which notifications."""

    unread = fields.Boolean(load_default=False, metadata={"description": "Only those not read."})
    type = fields.String(load_default=None, validate=_NAME)


class NotificationPatch(Schema):
    """Whether it is read."""

    read = fields.Boolean(required=True)


class MarkReadIn(Schema):
    """Which to mark as read."""

    ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=Length(max=100),
        metadata={"description": "At most 100; without it all of them."},
    )


class QuietHours(Schema):
    """When nothing but the mandatory is sent; the list in the application still fills."""

    start = fields.String(required=True, validate=Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z", error="Write HH:MM."))
    end = fields.String(required=True, validate=Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z", error="Write HH:MM."))
    days = fields.List(
        fields.Integer(validate=Range(min=1, max=7)),
        load_default=lambda: list(EVERY_DAY),
        validate=Length(min=1, max=7),
        metadata={"description": "Days on which they begin, 1 is Monday."},
    )
    timezone = fields.String(
        load_default=None,
        allow_none=True,
        validate=Length(max=64),
        metadata={"description": "IANA name; null: the account's."},
    )

    @validates_schema
    def _usable(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("start") == data.get("end"):
            raise ValidationError("The end must differ from the start.", "end")
        if data.get("timezone") is not None and data["timezone"] not in available_timezones():
            raise ValidationError("There is no such time zone.", "timezone")


class DigestWish(Schema):
    """How often e-mail about what was missed comes in place of single messages."""

    frequency = fields.String(required=True, validate=OneOf(FREQUENCIES))
    hour = fields.Integer(
        load_default=8,
        validate=Range(min=0, max=23),
        metadata={"description": "Local hour of the daily one."},
    )


class PreferencesIn(Schema):
    """All wishes; what is left out goes back to its default."""

    channels = fields.Dict(
        keys=fields.String(validate=_NAME),
        values=fields.Dict(keys=fields.String(validate=OneOf(CHANNELS)), values=fields.Boolean()),
        load_default=dict,
        validate=Length(max=500),
        metadata={"description": "On or off, by type and channel; what is left out has its default."},
    )
    quiet_hours = fields.Nested(QuietHours, load_default=None, allow_none=True)
    digest = fields.Nested(DigestWish, load_default=lambda: {"frequency": "off", "hour": 8})


class MuteIn(Schema):
    """Until when."""

    until = fields.DateTime(
        load_default=None, allow_none=True, metadata={"description": "Without it: for good."}
    )


class DeliveryQuery(Schema):
    """Which deliveries."""

    state = fields.String(load_default=None, validate=OneOf(STATES))
    channel = fields.String(load_default=None, validate=OneOf(CHANNELS))
    type = fields.String(load_default=None, validate=_NAME)
    user_id = fields.UUID(load_default=None)
    address = fields.String(load_default=None, validate=Length(max=320))


class SuppressionQuery(Schema):
    """Which suppressions."""

    address = fields.String(load_default=None, validate=Length(max=320))


class TokenQuery(Schema):
    """The token of a link."""

    token = fields.String(required=True, validate=Length(min=1, max=4096))


class MailboxQuery(Schema):
    """Whose messages."""

    to = fields.String(load_default="", validate=Length(max=320))

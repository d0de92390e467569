"""Bodies and answers of `/v1/notifications/devices`."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields

PLATFORMS: Final = ("android", "ios", "web")
_VISIBLE: Final = Regexp(r"[!-~]{1,2048}\Z", error="Visible ASCII characters, at most 2048.")
_FARTHEST: Final = 32_503_680_000_000  # milliseconds: the year 3000


class SubscriptionKeys(Schema):
    """What the message is encrypted with (RFC 8291), in base64url."""

    p256dh = fields.String(required=True, validate=Length(max=128))
    auth = fields.String(required=True, validate=Length(max=64))


class Subscription(Schema):
    """A Web Push subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint = fields.String(required=True, validate=_VISIBLE)
    expiration_time = fields.Integer(
        data_key="expirationTime",
        load_default=None,
        allow_none=True,
        validate=Range(min=0, max=_FARTHEST),
        metadata={"description": "Milliseconds since 1970; null: it does not end."},
    )
    keys = fields.Nested(SubscriptionKeys, required=True)


class DeviceIn(Schema):
    """A device to send push to: a `token`, or the `subscription` of a browser."""

    provider = fields.String(
        required=True,
        validate=Length(min=1, max=64),
        metadata={"description": "The push service: `fcm`, `webpush`."},
    )
    token = fields.String(
        load_default=None,
        allow_none=True,
        validate=_VISIBLE,
        metadata={"description": "The registration token."},
    )
    subscription = fields.Nested(Subscription, load_default=None, allow_none=True)
    platform = fields.String(load_default=None, allow_none=True, validate=OneOf(PLATFORMS))
    app_version = fields.String(load_default=None, allow_none=True, validate=Length(min=1, max=64))
    locale = fields.String(
        load_default=None,
        allow_none=True,
        validate=Regexp(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z", error="A language tag, like `pt-BR`."),
        metadata={"description": "Language of what this device shows; null: the account's."},
    )

    @validates_schema
    def _one_address(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("token") is None) == (data.get("subscription") is None):
            raise ValidationError("Give either a token or a subscription.", "token")


class DeviceOut(Schema):
    """A device, without what its push service calls it."""

    id = fields.UUID(required=True)
    provider = fields.String(required=True)
    platform = fields.String(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)
    locale = fields.String(required=True, allow_none=True)
    session_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The session it is signed in with; when that ends nothing more comes."},
    )
    created_at = fields.DateTime(required=True)
    registered_at = fields.DateTime(required=True, metadata={"description": "Last time, renewals included."})
    expires_at = fields.DateTime(required=True, allow_none=True)

"""What comes in and goes out."""

from __future__ import annotations

from marshmallow import validate

from kernel import Schema, fields

STATUSES = ("PENDING", "SENDING", "DELIVERED", "FAILED", "CANCELLED")


class EndpointIn(Schema):
    """Where to send what; no `event_types` means all."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=2000))
    description = fields.String(load_default="", validate=validate.Length(max=200))
    event_types = fields.List(
        fields.String(validate=validate.Length(max=200)), load_default=list, validate=validate.Length(max=200)
    )
    scope = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=200))


class EndpointPatch(Schema):
    """What may be changed; the scope stays."""

    url = fields.String(validate=validate.Length(min=1, max=2000))
    description = fields.String(validate=validate.Length(max=200))
    event_types = fields.List(
        fields.String(validate=validate.Length(max=200)), validate=validate.Length(max=200)
    )


class EndpointQuery(Schema):
    """Which endpoints to list."""

    scope = fields.String(load_default=None, validate=validate.Length(min=1, max=200))


class EndpointOut(Schema):
    """An endpoint; its secret is shown when it is made or rotated, and never again."""

    id = fields.UUID(required=True)
    owner_id = fields.UUID(required=True)
    url = fields.String(required=True)
    description = fields.String(required=True)
    event_types = fields.List(fields.String(), required=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["ENABLED", "DISABLED"]))
    disabled_reason = fields.String(required=True)
    failing_since = fields.DateTime(required=True, allow_none=True)
    previous_until = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class MadeOut(Schema):
    """An endpoint with the secret its messages are signed with."""

    endpoint = fields.Nested(EndpointOut, required=True)
    secret = fields.String(required=True)


class EventTypeOut(Schema):
    """An event that may be sent; `permission` reads it besides those it concerns, empty: nobody else.

    `schema` is the JSON Schema of its `data`.
    """

    type = fields.String(required=True)
    summary = fields.String(required=True)
    permission = fields.String(required=True)
    schema = fields.Dict(required=True)


class EventTypesOut(Schema):
    """Every event that may be sent."""

    items = fields.List(fields.Nested(EventTypeOut), required=True)


class DeliveriesQuery(Schema):
    """Which deliveries to list."""

    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))


class DeliveryOut(Schema):
    """A message to an endpoint, and what became of it."""

    id = fields.UUID(required=True)
    message_id = fields.String(required=True)
    type = fields.String(required=True)
    occurred_at = fields.DateTime(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    attempt_count = fields.Integer(required=True)
    next_attempt_at = fields.DateTime(required=True, allow_none=True)
    response_status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True)
    delivered_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class AttemptOut(Schema):
    """One request; `response_body` is the beginning of the answer."""

    id = fields.UUID(required=True)
    created_at = fields.DateTime(required=True)
    duration_ms = fields.Integer(required=True)
    response_status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True)
    response_body = fields.String(required=True)


class DeliveryDetailOut(DeliveryOut):
    """The same with what was sent, exactly, and the latest fifty attempts."""

    payload = fields.String(required=True)
    attempts = fields.List(fields.Nested(AttemptOut), required=True)


class ReplayIn(Schema):
    """A time whose events are sent again; `all` sends those that were delivered, too."""

    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True)
    which = fields.String(load_default="undelivered", validate=validate.OneOf(["undelivered", "all"]))


class StartedOut(Schema):
    """The work was started; the deliveries appear in the log as it goes on."""

    task_id = fields.UUID(required=True)

"""Tables of webhooks."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, Model, Table, TimestampField, Versioned

DUE: Final = "status IN ('PENDING', 'SENDING')"


class Endpoint(Versioned):
    """An address that events are sent to.

    `scope` None: what concerns the owner; `*`: everything they may read; else
    what happens in that scope. No `event_types` means all. Secrets are sealed;
    the previous one signs, too, until `previous_until`. `failing_since` is the
    first failure after the last success.
    """

    owner_id = peewee.UUIDField()
    scope = peewee.TextField(null=True)
    url = peewee.TextField()
    description = peewee.TextField()
    event_types = ArrayField(peewee.TextField, index=False)
    status = peewee.TextField()
    disabled_reason = peewee.TextField()
    secret = peewee.TextField()
    previous_secret = peewee.TextField(null=True)
    previous_until = TimestampField(null=True)
    failing_since = TimestampField(null=True)

    class Meta:
        table_name = "webhooks_endpoint"


class Message(Table):
    """An event as it goes out, to whichever endpoints; `id` is the event's. `payload` is what is signed."""

    id = peewee.UUIDField(primary_key=True)
    type = peewee.TextField()
    occurred_at = TimestampField()
    payload = peewee.TextField()

    class Meta:
        table_name = "webhooks_message"


class Delivery(Model):
    """A message on its way to an endpoint.

    PENDING, SENDING (until `due_at`, when it counts as lost), DELIVERED, FAILED
    or CANCELLED. `attempts` counts those of this round and fences them: one that finds
    another number was overtaken.
    """

    endpoint = peewee.ForeignKeyField(Endpoint, on_delete="CASCADE", index=False)
    message = peewee.ForeignKeyField(Message, on_delete="CASCADE", index=True)
    status = peewee.TextField()
    attempts = peewee.IntegerField()
    due_at = TimestampField()
    response_status = peewee.IntegerField(null=True)
    error = peewee.TextField()
    delivered_at = TimestampField(null=True)

    class Meta:
        table_name = "webhooks_delivery"


class Attempt(Model):
    """One request, and what came back: the beginning of the answer, for whoever looks for the fault."""

    delivery = peewee.ForeignKeyField(Delivery, on_delete="CASCADE", index=False)
    duration_ms = peewee.IntegerField()
    response_status = peewee.IntegerField(null=True)
    error = peewee.TextField()
    response_body = peewee.TextField()

    class Meta:
        table_name = "webhooks_attempt"


INDEXES: Final = (
    (Endpoint, "CREATE INDEX webhooks_endpoint_owner ON webhooks_endpoint (owner_id, id)"),
    (Endpoint, "CREATE INDEX webhooks_endpoint_scope ON webhooks_endpoint (scope, id)"),
    (Message, "CREATE INDEX webhooks_message_age ON webhooks_message (occurred_at)"),
    (
        Delivery,
        "CREATE UNIQUE INDEX webhooks_delivery_once ON webhooks_delivery (endpoint_id, message_id)",
    ),
    (Delivery, "CREATE INDEX webhooks_delivery_log ON webhooks_delivery (endpoint_id, id DESC)"),
    (Delivery, f"CREATE INDEX webhooks_delivery_due ON webhooks_delivery (due_at) WHERE {DUE}"),
    (Attempt, "CREATE INDEX webhooks_attempt_log ON webhooks_attempt (delivery_id, id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))

MODELS: Final = (Endpoint, Message, Delivery, Attempt)

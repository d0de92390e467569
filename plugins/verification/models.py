"""Tables of verification."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Model, TimestampField, Versioned


class Request(Versioned):
    """Somebody asks to have a subject verified; an empty `scope` is the platform's.

    `steps` holds what was handed over, by step: `values` and `documents` (type,
    media_id, expires_on). `queued_at` is when it was last submitted (made, for a
    draft), which the queue goes by. A claim is over `claim_minutes` after `claimed_at`.
    """

    kind = peewee.TextField()
    subject = peewee.TextField()
    requester_id = peewee.UUIDField()
    scope = peewee.TextField()
    status = peewee.TextField()
    steps = JSONField(index=False)
    submissions = peewee.IntegerField()
    queued_at = TimestampField()
    claimed_by = peewee.UUIDField(null=True)
    claimed_at = TimestampField(null=True)
    decided_by = peewee.UUIDField(null=True)
    decided_at = TimestampField(null=True)
    reason = peewee.TextField()
    expires_at = TimestampField(null=True)
    reminded = peewee.BooleanField()

    class Meta:
        table_name = "verification_request"


class Change(Model):
    """A change of a request's status: from where, to where, by whom (None: the clock) and why."""

    request = peewee.ForeignKeyField(Request, on_delete="CASCADE", index=False)
    source = peewee.TextField()
    target = peewee.TextField()
    actor_id = peewee.UUIDField(null=True)
    reason = peewee.TextField()

    class Meta:
        table_name = "verification_change"


class Note(Model):
    """What reviewers tell each other about a request."""

    request = peewee.ForeignKeyField(Request, on_delete="CASCADE", index=False)
    author_id = peewee.UUIDField(null=True)
    text = peewee.TextField()

    class Meta:
        table_name = "verification_note"


LIVING: Final = "(kind, subject, requester_id) WHERE status <> 'WITHDRAWN'"
INDEXES: Final = (
    (
        Request,
        f"UNIQUE INDEX verification_request_living ON verification_request {LIVING}",
    ),
    (Request, "INDEX verification_request_own ON verification_request (requester_id, id DESC)"),
    (Request, "INDEX verification_request_queue ON verification_request (status, queued_at, id)"),
    (Request, "INDEX verification_request_scope ON verification_request (scope, status, queued_at, id)"),
    (
        Request,
        "INDEX verification_request_expiry ON verification_request (expires_at) WHERE status = 'APPROVED'",
    ),
    (Change, "INDEX verification_change_request ON verification_change (request_id, id)"),
    (Note, "INDEX verification_note_request ON verification_note (request_id, id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Request, Change, Note)

"""What backups bring and show."""

from __future__ import annotations

from marshmallow import EXCLUDE
from marshmallow.validate import Equal, Length, OneOf, Range

from kernel import Schema, fields


class BackupOut(Schema):
    """A backup, or the restoring of one; `url` is the signed link to the file, while it is there."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(("export", "restore")))
    status = fields.String(required=True, validate=OneOf(("waiting", "ready", "failed")))
    messages = fields.Integer(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes."})
    failure = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class RestoreOut(BackupOut):
    """A restore to be begun."""

    upload_url = fields.String(
        required=True,
        metadata={"description": "PUT the file there as application/x-ndjson, then call `…/start`."},
    )


class RestoredQuery(Schema):
    """Of which conversation."""

    conversation_id = fields.UUID()


class RestoredOut(Schema):
    """A message out of a backup: a copy for its owner alone."""

    message_id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)
    title = fields.String(required=True)
    sender_id = fields.UUID(required=True, allow_none=True)
    sender_name = fields.String(required=True)
    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    text = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    sent_at = fields.DateTime(required=True)
    restored_at = fields.DateTime(required=True)


class _Line(Schema):
    """Part of a backup's line; later versions may say more."""

    class Meta:
        unknown = EXCLUDE


class HeadIn(_Line):
    """What the file is."""

    format = fields.String(required=True, validate=Equal("stoa.chat.backup"))
    version = fields.Integer(required=True, validate=Range(1, 1))


class PlaceIn(_Line):
    """A conversation."""

    id = fields.UUID(required=True)
    title = fields.String(required=True, validate=Length(max=128))


class SaidIn(_Line):
    """A message."""

    id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)
    seq = fields.Integer(required=True, validate=Range(min=1))
    sender_id = fields.UUID(required=True, allow_none=True)
    sender_name = fields.String(required=True, validate=Length(max=200))
    type = fields.String(required=True, validate=Length(max=30))
    text = fields.String(required=True, validate=Length(max=16_000))
    payload = fields.Dict(keys=fields.String(), required=True)
    created_at = fields.DateTime(required=True)


class LineIn(Schema):
    """One line of a backup."""

    backup = fields.Nested(HeadIn)
    conversation = fields.Nested(PlaceIn)
    message = fields.Nested(SaidIn)

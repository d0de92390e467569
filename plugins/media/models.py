"""Tables of media.

A file arrives as an `Upload` (a reservation of room), becomes a `Medium` when
it is whole, and stays as long as an `Attachment` says that something uses it.
"""

from __future__ import annotations

import peewee

from kernel import JSONField, Model, TimestampField, Versioned


class Medium(Versioned):
    """One uploaded file with what was made of it.

    `files` holds, by variant (`file`, `large`, `jpeg`, `poster`, `thumb400`,
    `thumb300`), `{key, content_type, width, height, size}`; it is empty until the
    medium is ready. `charged_bytes` is what the quota counts: the upload's length.
    `reason` says why it failed. `unused_since` is NULL while something uses it.
    """

    owner_id = peewee.UUIDField()
    kind = peewee.TextField()
    status = peewee.TextField(default="processing")
    reason = peewee.TextField(default="")
    content_type = peewee.TextField()
    filename = peewee.TextField()
    visibility = peewee.TextField(default="public")
    kept = peewee.BooleanField(default=False)
    charged_bytes = peewee.BigIntegerField()
    sha256 = peewee.TextField(default="")
    width = peewee.IntegerField(default=0)
    height = peewee.IntegerField(default=0)
    files = JSONField(default=dict)
    unused_since = TimestampField(null=True)

    class Meta:
        table_name = "media_medium"


class Upload(Model):
    """A file on its way, and the room kept for it; its id becomes the medium's.

    `direct` marks one the client writes to a signed URL and completes later.
    `sha256` is what the client announced, empty when nothing.
    """

    owner_id = peewee.UUIDField()
    reserved_bytes = peewee.BigIntegerField()
    filename = peewee.TextField(default="")
    content_type = peewee.TextField(default="")
    visibility = peewee.TextField(default="public")
    kept = peewee.BooleanField(default=False)
    sha256 = peewee.TextField(default="")
    direct = peewee.BooleanField(default=False)
    expires_at = TimestampField()

    class Meta:
        table_name = "media_upload"


class Usage(Model):
    """How much room an owner (the row's id) takes: media, and uploads under way."""

    used_bytes = peewee.BigIntegerField(default=0)
    reserved_bytes = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "media_usage"


class Attachment(Model):
    """A thing that uses a medium: `owner_type` `listings.listing`, `owner_id` its id."""

    medium = peewee.ForeignKeyField(Medium, on_delete="CASCADE", index=False)
    owner_type = peewee.TextField()
    owner_id = peewee.UUIDField()

    class Meta:
        table_name = "media_attachment"


Medium.add_index(Medium.index(Medium.owner_id, Medium.id, name="media_medium_owner"))
Medium.add_index(Medium.index(Medium.owner_id, Medium.kind, Medium.id, name="media_medium_owner_kind"))
Medium.add_index(Medium.index(Medium.owner_id, Medium.status, Medium.id, name="media_medium_owner_status"))
Medium.add_index(
    Medium.index(Medium.unused_since, where=Medium.unused_since.is_null(False), name="media_medium_unused")
)
Medium.add_index(
    peewee.SQL(
        "CREATE INDEX media_medium_processing ON media_medium (updated_at) WHERE status = 'processing'"
    )
)
Upload.add_index(Upload.index(Upload.expires_at, name="media_upload_expires"))
Upload.add_index(Upload.index(Upload.owner_id, name="media_upload_owner"))
Attachment.add_index(
    Attachment.index(
        Attachment.owner_type,
        Attachment.owner_id,
        Attachment.medium,
        unique=True,
        name="media_attachment_use",
    )
)
Attachment.add_index(Attachment.index(Attachment.medium, name="media_attachment_medium"))

MODELS = (Medium, Upload, Usage, Attachment)

"""Bodies, queries and answers of `/v1/media`."""

from __future__ import annotations

from typing import Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields

KINDS: Final = ("image", "video", "audio", "document")
STATUSES: Final = ("processing", "ready", "failed")
VISIBILITIES: Final = ("public", "private")
_NAME: Final = Length(min=1, max=500)


class CardOut(Schema):
    """A medium as part of something else; see `plugins.media.api.MediaCard`."""

    id = fields.UUID(required=True)
    type = fields.String(required=True, validate=OneOf(KINDS))
    content_type = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    url = fields.String(
        required=True,
        metadata={
            "description": "A path on this server, or when private a signed link; empty until it is ready."
        },
    )
    thumbnail_url = fields.String(
        required=True, metadata={"description": "400×400 pixels; empty where there is none."}
    )
    width = fields.Integer(required=True, metadata={"description": "Pixels; 0 where unknown."})
    height = fields.Integer(required=True, metadata={"description": "Pixels; 0 where unknown."})


class FileOut(Schema):
    """One file made of a medium."""

    url = fields.String(required=True)
    content_type = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes."})


class MediumOut(CardOut):
    """One's own medium, with all that was made of it."""

    filename = fields.String(required=True)
    visibility = fields.String(required=True, validate=OneOf(VISIBILITIES))
    keep = fields.Boolean(required=True)
    reason = fields.String(required=True, metadata={"description": "Why it failed; else empty."})
    size = fields.Integer(required=True, metadata={"description": "Bytes uploaded: what the quota counts."})
    sha256 = fields.String(
        required=True, metadata={"description": "Of the bytes uploaded; empty until known."}
    )
    files = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(FileOut),
        required=True,
        metadata={
            "description": "By variant: `file`; of images `large` (WebP), `jpeg`, `thumb400`, `thumb300`; "
            "of films, and of PDFs that can be drawn, `poster` and the thumbnails."
        },
    )
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)


class MediumIn(Schema):
    """Changes to one's own medium."""

    filename = fields.String(validate=_NAME)
    visibility = fields.String(validate=OneOf(VISIBILITIES))
    keep = fields.Boolean(
        metadata={"description": "True: stays though nothing uses it, until you delete it."}
    )


class MediaQuery(Schema):
    """Filters of one's own media."""

    type = fields.String(validate=OneOf(KINDS))
    status = fields.String(validate=OneOf(STATUSES))
    q = fields.String(validate=Length(min=1, max=100), metadata={"description": "Part of the file name."})


class FileQuery(Schema):
    """How to get a file."""

    download = fields.Boolean(
        load_default=False, metadata={"description": "Offer it for saving, under its name."}
    )


class UploadIn(Schema):
    """A file to be written to a signed URL."""

    filename = fields.String(required=True, validate=_NAME)
    content_type = fields.String(
        required=True,
        validate=[Length(max=100), Regexp(r"[a-z0-9.+-]+/[a-z0-9.+-]+\Z", error="Not a media type.")],
        metadata={"example": "image/jpeg"},
    )
    size = fields.Integer(required=True, validate=Range(min=1), metadata={"description": "Bytes, exactly."})
    sha256 = fields.String(
        load_default="",
        validate=Regexp(r"([0-9a-f]{64})?\Z", error="64 lower-case hexadecimal digits."),
        metadata={"description": "Of the file; it is refused when its bytes do not match."},
    )
    visibility = fields.String(load_default="public", validate=OneOf(VISIBILITIES))
    keep = fields.Boolean(load_default=False)


class UploadOut(Schema):
    """Where to write the file: `method` it to `url` with these `headers`, then complete the upload."""

    id = fields.UUID(required=True, metadata={"description": "Of the upload, and later of the medium."})
    method = fields.String(required=True)
    url = fields.String(required=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    expires_at = fields.DateTime(required=True)


class UsageOut(Schema):
    """Room taken, in bytes."""

    used_bytes = fields.Integer(required=True)
    reserved_bytes = fields.Integer(required=True, metadata={"description": "Of uploads under way."})
    quota_bytes = fields.Integer(required=True)

"""Uploads that a client writes to the blob store itself, by a signed URL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import BlobNotFound, NotFound, Problem, app, invalid
from plugins.media import formats, keys
from plugins.media.filenames import clean_filename
from plugins.media.formats import Format
from plugins.media.models import Medium, Upload
from plugins.media.problems import UploadExpired, UploadMissing
from plugins.media.services import intake, quota
from plugins.media.settings import MediaSettings


def begin(owner_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Reserve room and return where to write the file.

    The announced type decides the limit; that the bytes are of it is seen when
    the upload is completed. Raises UnknownFileType, FileTooLarge, QuotaExceeded.
    """
    settings = app.settings.of(MediaSettings)
    wanted = formats.FORMATS.get(body["content_type"])
    if wanted is None:
        raise formats.refused()
    limit = formats.limit_of(wanted, settings)
    if body["size"] > limit:
        raise intake.too_large(limit)
    upload = quota.reserve(
        owner_id,
        body["size"],
        filename=clean_filename(body["filename"]),
        content_type=wanted.content_type,
        visibility=body["visibility"],
        kept=body["keep"],
        sha256=body["sha256"],
        direct=True,
    )
    return _where(upload, settings)


def _where(upload: Upload, settings: MediaSettings) -> dict[str, Any]:
    url = app.blobs.signed_url(
        keys.incoming(upload.id),
        "PUT",
        expires=timedelta(seconds=settings.upload_ttl),
        content_type=upload.content_type,
        max_bytes=upload.reserved_bytes,
    )
    return {
        "id": upload.id,
        "method": "PUT",
        "url": url,
        "headers": {"Content-Type": upload.content_type},
        "expires_at": upload.expires_at,
    }


def complete(upload_id: UUID, owner_id: UUID) -> Medium:
    """Make a medium of what was written; the same medium again when it was completed before.

    A file that is not what was announced is refused, and the upload is over.
    Raises NotFound, UploadMissing, UploadExpired, UnknownFileType, UnusableFile
    or Invalid.
    """
    upload = Upload.get_or_none(Upload.id == upload_id, Upload.owner_id == owner_id, Upload.direct)
    if upload is None:
        return _completed(upload_id, owner_id)
    if upload.expires_at <= app.clock.now():
        intake.abandon(upload)
        raise UploadExpired
    app.db.release()  # the store may be slow
    head = _arrived(upload)
    try:
        found = _checked(head, upload.content_type)
    except Problem:
        intake.abandon(upload)
        raise
    return intake.accept(
        upload, found, upload.reserved_bytes,
        sha256=upload.sha256, filename=upload.filename, visibility=upload.visibility, kept=upload.kept,
    )  # fmt: skip


def _checked(head: bytes, announced: str) -> Format:
    """Return the format the bytes are of; raise Invalid when another was announced."""
    found = intake.look_at(head, app.settings.of(MediaSettings))
    if found.content_type != announced:
        raise invalid("/content_type", f"The file is {found.content_type}, not {announced}.")
    return found


def _completed(upload_id: UUID, owner_id: UUID) -> Medium:
    medium = Medium.get_or_none(Medium.id == upload_id, Medium.owner_id == owner_id)
    if medium is None:
        raise NotFound
    return medium


def _arrived(upload: Upload) -> bytes:
    """Return the beginning of what was written; raise UploadMissing unless it is as long as announced."""
    key = keys.incoming(upload.id)
    try:
        size = app.blobs.stat(key).size
    except BlobNotFound as ex:
        raise UploadMissing from ex
    if size != upload.reserved_bytes:
        raise UploadMissing(f"{size} bytes are there, {upload.reserved_bytes} were announced.")
    return b"".join(app.blobs.open(key, 0, formats.HEAD))


def cancel(upload_id: UUID, owner_id: UUID) -> None:
    """Give up an upload; raise NotFound when there is none."""
    upload = Upload.get_or_none(Upload.id == upload_id, Upload.owner_id == owner_id, Upload.direct)
    if upload is None or not intake.abandon(upload):
        raise NotFound

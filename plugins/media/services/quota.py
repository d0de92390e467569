"""Room for files: reserved when an upload starts, settled when it ends.

The check and the reservation are one statement on the owner's row, so two
uploads at the edge of the quota cannot both pass. A reservation is a row of its
own with an end, so one whose process was killed is given back by the sweep.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import app, uuid7
from plugins.media.models import Upload, Usage
from plugins.media.problems import QuotaExceeded, UploadExpired
from plugins.media.settings import MediaSettings

_RESERVE = """
WITH room AS (
    INSERT INTO media_usage (id, created_at, updated_at, used_bytes, reserved_bytes)
    SELECT %(owner)s, %(now)s, %(now)s, 0, %(size)s WHERE %(size)s <= %(quota)s
    ON CONFLICT (id) DO UPDATE
        SET reserved_bytes = media_usage.reserved_bytes + %(size)s, updated_at = %(now)s
        WHERE media_usage.used_bytes + media_usage.reserved_bytes + %(size)s <= %(quota)s
    RETURNING id
)
INSERT INTO media_upload (id, created_at, updated_at, owner_id, reserved_bytes, filename, content_type,
    visibility, kept, sha256, direct, expires_at)
SELECT %(id)s, %(now)s, %(now)s, room.id, %(size)s, %(filename)s, %(content_type)s,
    %(visibility)s, %(kept)s, %(sha256)s, %(direct)s, %(expires)s FROM room
RETURNING id
"""


def reserve(
    owner_id: UUID,
    size: int,
    *,
    id: UUID | None = None,
    filename: str = "",
    content_type: str = "",
    visibility: str = "public",
    kept: bool = False,
    sha256: str = "",
    direct: bool = False,
) -> Upload:
    """Keep `size` bytes of an owner's quota for an upload; raise QuotaExceeded. One statement."""
    settings, now = app.settings.of(MediaSettings), app.clock.now()
    given: dict[str, Any] = {
        "id": id or uuid7(),
        "owner": owner_id,
        "size": size,
        "filename": filename,
        "content_type": content_type,
        "visibility": visibility,
        "kept": kept,
        "sha256": sha256,
        "direct": direct,
        "expires": now + timedelta(seconds=settings.upload_ttl),
    }
    if not app.db.rows(_RESERVE, {**given, "now": now, "quota": settings.quota_bytes}):
        raise QuotaExceeded(quota_bytes=settings.quota_bytes)
    return Upload(
        id=given["id"], owner_id=owner_id, reserved_bytes=size, filename=filename, content_type=content_type,
        visibility=visibility, kept=kept, sha256=sha256, direct=direct, expires_at=given["expires"],
    )  # fmt: skip


def extend(upload: Upload, more: int) -> None:
    """Keep `more` bytes for an upload; raise QuotaExceeded, or UploadExpired when it is over."""
    most = app.settings.of(MediaSettings).quota_bytes - more
    with app.db.atomic():
        total = Upload.reserved_bytes + more
        if not Upload.update(reserved_bytes=total).where(Upload.id == upload.id).execute():
            raise UploadExpired
        room = (Usage.id == upload.owner_id, Usage.used_bytes + Usage.reserved_bytes <= most)
        if not Usage.update(reserved_bytes=Usage.reserved_bytes + more).where(*room).execute():
            raise QuotaExceeded(quota_bytes=most + more)
    upload.reserved_bytes += more


def settle(upload_id: UUID, owner_id: UUID, size: int) -> None:
    """Turn a reservation into `size` bytes used; raise UploadExpired when it was given back already.

    Runs in the transaction that makes the medium.
    """
    reserved = _take(upload_id)
    if reserved is None:
        raise UploadExpired
    left, used = Usage.reserved_bytes - reserved, Usage.used_bytes + size
    Usage.update(used_bytes=used, reserved_bytes=left).where(Usage.id == owner_id).execute()


def release(upload_id: UUID, owner_id: UUID) -> bool:
    """Give a reservation back; return whether this call did (once, also in a race)."""
    with app.db.atomic():
        reserved = _take(upload_id)
        if reserved is not None:
            Usage.update(reserved_bytes=Usage.reserved_bytes - reserved).where(Usage.id == owner_id).execute()
    return reserved is not None


def credit(owner_id: UUID, size: int) -> None:
    """Give back what a deleted medium took."""
    Usage.update(used_bytes=Usage.used_bytes - size).where(Usage.id == owner_id).execute()


def _take(upload_id: UUID) -> int | None:
    """Delete an upload's row; return what it had reserved, None when it is gone."""
    for row in Upload.delete().where(Upload.id == upload_id).returning(Upload.reserved_bytes).execute():
        return int(row.reserved_bytes)
    return None

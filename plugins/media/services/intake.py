"""Take a file in: looked at first, streamed to the blob store, counted and hashed.

Of the whole file no more than its first 256 KiB are ever held in memory, and
nothing is stored before these were looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol
from uuid import UUID

from kernel import app
from plugins.media import formats, keys
from plugins.media.events import MediaUploaded
from plugins.media.formats import Format
from plugins.media.models import Medium, Upload
from plugins.media.pictures import check_head
from plugins.media.problems import FileTooLarge, UnusableFile
from plugins.media.services import quota
from plugins.media.settings import MediaSettings
from plugins.media.tasks import process

CHUNK: Final = 64 * 1024

_FIRST_ROOM: Final = 1024 * 1024
_FRAMING: Final = 64 * 1024  # bytes a multipart form may have around its file


class Readable(Protocol):
    """What a file is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Arrival:
    """One file on its way into the blob store."""

    def __init__(
        self, owner_id: UUID, stream: Readable, announced: int | None, id: UUID | None = None
    ) -> None:
        """Look at the beginning and reserve room for the file.

        `announced` is how long it is at most; None when nobody said: then room is
        taken as it comes. Raises UnknownFileType, FileTooLarge, UnusableFile and
        QuotaExceeded.
        """
        self._settings = app.settings.of(MediaSettings)
        self._stream = stream
        self._head = _read_head(stream)
        self._digest = hashlib.sha256()
        self.size = 0
        self.format = look_at(self._head, self._settings)
        self.limit = formats.limit_of(self.format, self._settings)
        self.upload = quota.reserve(owner_id, self._room(announced), id=id)

    def _room(self, announced: int | None) -> int:
        known = len(self._head) if len(self._head) < formats.HEAD else announced
        if known is not None and known > self.limit + _FRAMING:
            raise too_large(self.limit)
        return min(_FIRST_ROOM if known is None else known, self.limit)

    def _grow(self) -> None:
        """Take as much room again as there is; raise FileTooLarge at the limit, or QuotaExceeded."""
        left = self.limit - self.upload.reserved_bytes
        if left <= 0:
            raise too_large(self.limit)
        quota.extend(self.upload, min(left, self.upload.reserved_bytes))
        app.db.release()

    def store(self) -> None:
        """Write the file; raise FileTooLarge as soon as it is longer than it may be."""
        app.db.release()  # a slow client must not hold a connection
        app.blobs.put(keys.incoming(self.upload.id), self._chunks(), self.format.content_type)

    @property
    def sha256(self) -> str:
        """The digest of what was stored, hexadecimal."""
        return self._digest.hexdigest()

    def _chunks(self) -> Iterator[bytes]:
        chunk, self._head = self._head, b""
        while chunk:
            self.size += len(chunk)
            while self.size > self.upload.reserved_bytes:
                self._grow()
            self._digest.update(chunk)
            yield chunk
            chunk = self._stream.read(CHUNK)


def _read_head(stream: Readable) -> bytes:
    parts, left = [], formats.HEAD
    while left > 0 and (part := stream.read(min(left, CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def look_at(head: bytes, settings: MediaSettings) -> Format:
    """Return the format of a file by its beginning; raise UnknownFileType or UnusableFile."""
    if not head:
        raise UnusableFile("The file is empty.", reason="empty")
    found = formats.sniff(head)
    if found.kind == "image":
        check_head(head, found.decoder, settings)
    return found


def too_large(limit: int) -> FileTooLarge:
    """Return the problem of a file with more than `limit` bytes."""
    return FileTooLarge(f"Files of this type have at most {limit} bytes.", limit=limit)


@contextmanager
def arriving(
    owner_id: UUID, stream: Readable, announced: int | None = None, id: UUID | None = None
) -> Iterator[Arrival]:
    """Store a file for the block; what fails in the block, or before, leaves nothing behind.

    The block calls `accept`, when all that belongs to the request has arrived.
    """
    arrival = Arrival(owner_id, stream, announced, id)
    try:
        arrival.store()
        yield arrival
    except BaseException:
        abandon(arrival.upload)
        raise


def accept(
    upload: Upload, format: Format, size: int, *, sha256: str, filename: str, visibility: str, kept: bool
) -> Medium:
    """Make the medium of a file that arrived whole, in place of its upload; have it processed.

    Raises UploadExpired when the upload took too long.
    """
    with app.db.atomic():
        quota.settle(upload.id, upload.owner_id, size)
        medium = Medium.create(
            id=upload.id,
            owner_id=upload.owner_id,
            kind=format.kind,
            content_type=format.content_type,
            filename=filename,
            visibility=visibility,
            kept=kept,
            charged_bytes=size,
            sha256=sha256,
            unused_since=app.clock.now(),
        )
        process.enqueue(medium.id)
        app.bus.publish(MediaUploaded(media_id=medium.id, owner_id=medium.owner_id, kind=medium.kind))
    return medium


def abandon(upload: Any) -> bool:
    """Forget an upload: its room, its row and what was written of it; return whether it was there.

    A medium that was accepted under its id is left alone.
    """
    released = quota.release(upload.id, upload.owner_id)
    if released:
        app.blobs.delete(keys.incoming(upload.id))
    app.db.release()
    return released

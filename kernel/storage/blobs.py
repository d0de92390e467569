"""The port of blob stores: what the kernel's disk and contrib's S3 both do.

A key is a relative path of plain segments, made by the program, never a name a
client chose: `media/0190…/original`. Segments hold letters, digits, `.`, `_`
and `-` and do not start with a dot; a key has at most 512 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from kernel.errors import BadRequest, NotFound

CHUNK = 64 * 1024
LONGEST_KEY, LONGEST_SEGMENT = 512, 200

_SEGMENT = rf"[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{LONGEST_SEGMENT - 1}}}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")

Content = BinaryIO | Iterable[bytes]
"""What `put` takes: anything with `read(size)`, or chunks of bytes."""


class BlobNotFound(NotFound):
    """No blob has this key, or the key can be no blob's."""

    type, title = "blob-not-found", "There is no such file"


class BlobTruncated(BadRequest):
    """The content ended before, or went on after, the announced size."""

    type, title = "blob-truncated", "The file is not as long as announced"


@dataclass(frozen=True, slots=True)
class BlobStat:
    """What is known of a blob without reading it; `size` in bytes, `etag` without quotes."""

    key: str
    size: int
    content_type: str
    etag: str
    modified: datetime


class BlobReader(Protocol):
    """The bytes of a blob, in chunks; closed by whoever iterates."""

    def __iter__(self) -> Iterator[bytes]:
        """Return itself."""
        ...

    def __next__(self) -> bytes:
        """Return the next chunk."""
        ...

    def close(self) -> None:
        """Let go of what it reads from; may be called twice."""
        ...


class BlobStore(Protocol):
    """Keeps blobs by key. A blob is whole or absent, never half written."""

    def put(self, key: str, stream: Content, content_type: str, size: int | None = None) -> BlobStat:
        """Write a blob, in place of one with the same key; return what is known of it.

        The stream is never held in memory as a whole. With `size`, content of
        another length raises `BlobTruncated` and nothing is written.
        """
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> BlobReader:
        """Return the bytes from `start`, at most `length`; raise `BlobNotFound`."""
        ...

    def stat(self, key: str) -> BlobStat:
        """Return what is known of a blob; raise `BlobNotFound`."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is a blob with this key."""
        ...

    def delete(self, key: str) -> None:
        """Remove a blob; nothing happens when there is none."""
        ...

    def list(self, prefix: str = "") -> Iterator[BlobStat]:
        """Yield every blob whose key starts with `prefix`, by key."""
        ...

    def signed_url(
        self,
        key: str,
        method: str = "GET",
        expires: timedelta | None = None,
        content_type: str | None = None,
        max_bytes: int | None = None,
    ) -> str:
        """Return a URL that lets its bearer `GET` or `PUT` this one blob, for a while.

        For PUT, `content_type` must be sent and `max_bytes` not be exceeded.
        `expires` defaults to `[storage] url_ttl`.
        """
        ...


def checked_key(key: str) -> str:
    """Return `key` if it can be a blob's; raise `BlobNotFound` otherwise."""
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise BlobNotFound
    return key


def chunks(stream: Content) -> Iterator[bytes]:
    """Yield the content in chunks, whichever way it comes."""
    read = getattr(stream, "read", None)
    if read is None:
        yield from stream
        return
    while chunk := read(CHUNK):
        yield chunk

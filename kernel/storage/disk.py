"""Blobs as files below one directory.

A blob is one file: the content, then a footer with its type and digest, so
that both change in one rename and an image viewer still opens the file. The
content is written under a temporary name, flushed to the disk, then renamed:
a reader sees the old blob or the new one, whole, and so does a restart.

Every directory is opened from its parent without following links, so neither a
key nor a link planted in the tree leads out of it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog

from kernel.clock import Clock, SystemClock
from kernel.errors import ConfigurationError, Unavailable
from kernel.offloading import offload
from kernel.storage.blobs import CHUNK, BlobNotFound, BlobStat, BlobTruncated, Content, checked_key, chunks
from kernel.storage.signing import UrlSigner

log = structlog.get_logger(__name__)

_MAGIC = b"stoablb1"
_TAIL = struct.Struct(">I8s")  # length of the JSON before it, magic
_LONGEST_FOOTER = 4096
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a planted FIFO must not block
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_TEMPORARY = ".tmp"  # no key has a segment that starts with a dot
_ABANDONED = timedelta(days=1)
_ATTEMPTS = 100  # to write into a folder that others empty
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENAMETOOLONG}


@dataclass(slots=True)
class _Footer:
    content_type: str
    etag: str

    def pack(self) -> bytes:
        text = json.dumps({"content_type": self.content_type, "etag": self.etag}).encode()
        return text + _TAIL.pack(len(text), _MAGIC)


class DiskReader:
    """The bytes of a file from here to there; closes at the end or on `close`."""

    def __init__(self, descriptor: int, start: int, length: int) -> None:
        self._file = os.fdopen(descriptor, "rb", buffering=0)
        self._file.seek(start)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._file.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file; nothing happens the second time."""
        self._left = 0
        self._file.close()

    def __del__(self) -> None:
        self.close()  # a client that left may never have been iterated to


class DiskBlobs:
    """A `BlobStore` on a local or shared directory."""

    def __init__(self, root: Path | str, signer: UrlSigner, clock: Clock | None = None) -> None:
        """Make the directory and clear what a crash left unfinished.

        Raises ConfigurationError when it cannot be written.
        """
        self.root = Path(root).absolute()
        self._signer = signer
        self._clock = clock or SystemClock()
        try:
            (self.root / _TEMPORARY).mkdir(parents=True, exist_ok=True)
            self._clear_abandoned()
        except OSError as ex:
            raise ConfigurationError(
                f"{self.root}: blobs cannot be kept here ({ex.strerror}): set storage.directory"
            ) from ex

    # -- the port ------------------------------------------------------------

    def put(self, key: str, stream: Content, content_type: str, size: int | None = None) -> BlobStat:
        """Write a blob; see `BlobStore.put`."""
        *folders, name = checked_key(key).split("/")
        temporary = uuid4().hex
        with self._directory([_TEMPORARY]) as drafts:
            try:
                written, digest = self._write(drafts, temporary, stream, content_type, size)
                self._place(drafts, temporary, folders, name)
            except BaseException as ex:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=drafts)
                raise _explained(ex) from ex
        return BlobStat(key, written, content_type, digest, self._clock.now())

    def open(self, key: str, start: int = 0, length: int | None = None) -> DiskReader:
        """Return the bytes of a blob; see `BlobStore.open`."""
        descriptor = self._open(key)
        try:
            size = self._stat_of(key, descriptor).size
        except BaseException:
            os.close(descriptor)
            raise
        left = max(0, size - start)
        return DiskReader(descriptor, start, left if length is None else min(left, max(0, length)))

    def stat(self, key: str) -> BlobStat:
        """Return what is known of a blob; see `BlobStore.stat`."""
        descriptor = self._open(key)
        try:
            return self._stat_of(key, descriptor)
        finally:
            os.close(descriptor)

    def exists(self, key: str) -> bool:
        """Tell whether the blob is there."""
        try:
            os.close(self._open(key))
        except BlobNotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove a blob and the folders it leaves empty."""
        *folders, name = checked_key(key).split("/")
        try:
            with self._directory(folders) as folder:
                os.unlink(name, dir_fd=folder)
        except OSError as ex:
            if ex.errno not in _NOT_THERE:
                raise
            return
        self._prune(folders)

    def list(self, prefix: str = "") -> Iterator[BlobStat]:
        """Yield the blobs whose key starts with `prefix`, by key."""
        for key in self._walk("", prefix):
            with contextlib.suppress(BlobNotFound):  # deleted meanwhile
                yield self.stat(key)

    def signed_url(
        self,
        key: str,
        method: str = "GET",
        expires: timedelta | None = None,
        content_type: str | None = None,
        max_bytes: int | None = None,
    ) -> str:
        """Return a URL of the kernel's own route; see `BlobStore.signed_url`."""
        return self._signer.url(checked_key(key), method, expires, content_type or "", max_bytes or 0)

    # -- files ---------------------------------------------------------------

    @contextlib.contextmanager
    def _directory(self, folders: Sequence[str], *, make: bool = False) -> Iterator[int]:
        """Give a descriptor of a folder below the root, no link followed."""
        current = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=current)
                below = os.open(folder, _DIRECTORY, dir_fd=current)
                os.close(current)
                current = below
            yield current
        finally:
            os.close(current)

    def _place(self, drafts: int, draft: str, folders: Sequence[str], name: str) -> None:
        """Give a draft its name, in folders that are made as needed.

        Another's `delete` may remove a folder as empty before the draft is in it: then it is made again.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._directory(folders, make=True) as folder:
                    offload(_publish, drafts, draft, folder, name)
            except FileNotFoundError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return

    def _open(self, key: str) -> int:
        *folders, name = checked_key(key).split("/")
        try:
            with self._directory(folders) as folder:
                descriptor = os.open(name, _READ, dir_fd=folder)
        except OSError as ex:
            if ex.errno in _NOT_THERE:
                raise BlobNotFound from ex
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise BlobNotFound
        return descriptor

    def _write(
        self, drafts: int, name: str, stream: Content, content_type: str, size: int | None
    ) -> tuple[int, str]:
        """Write content and footer to a draft; return the content's length and digest."""
        digest, written = hashlib.sha256(), 0
        with os.fdopen(os.open(name, _CREATE, 0o640, dir_fd=drafts), "wb") as draft:
            for chunk in chunks(stream):
                draft.write(chunk)
                digest.update(chunk)
                written += len(chunk)
            if size is not None and written != size:
                raise BlobTruncated(f"{written} bytes came, {size} were announced.")
            etag = digest.hexdigest()[:32]
            draft.write(_Footer(content_type, etag).pack())
        return written, etag

    def _stat_of(self, key: str, descriptor: int) -> BlobStat:
        known = os.fstat(descriptor)
        size, footer = known.st_size, _read_footer(descriptor, known.st_size)
        if footer is None:  # a file someone copied in by hand
            log.warning("blob_without_footer", key=key)
            raise BlobNotFound
        size -= len(footer.pack())
        return BlobStat(
            key, size, footer.content_type, footer.etag, datetime.fromtimestamp(known.st_mtime, UTC)
        )

    def _walk(self, folder: str, prefix: str) -> Iterator[str]:
        with os.scandir(self.root / folder) as found:
            entries = sorted(found, key=lambda entry: entry.name + ("/" if entry.is_dir() else ""))
        for entry in entries:
            key = f"{folder}{entry.name}"
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if f"{key}/".startswith(prefix) or prefix.startswith(f"{key}/"):
                    yield from self._walk(f"{key}/", prefix)
            elif key.startswith(prefix):
                yield key

    def _prune(self, folders: Sequence[str]) -> None:
        """Remove folders that are empty now, the deepest first; another writer wins."""
        for depth in range(len(folders), 0, -1):
            try:
                with self._directory(folders[: depth - 1]) as above:
                    os.rmdir(folders[depth - 1], dir_fd=above)
            except OSError:
                return

    def _clear_abandoned(self) -> None:
        limit = (self._clock.now() - _ABANDONED).timestamp()
        for draft in (self.root / _TEMPORARY).iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process clears too
                if draft.stat().st_mtime < limit:
                    draft.unlink()


def _publish(drafts: int, temporary: str, folder: int, name: str) -> None:
    """Flush a draft to the disk and give it its name; runs off the hub."""
    descriptor = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=drafts)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(temporary, name, src_dir_fd=drafts, dst_dir_fd=folder)
    os.fsync(folder)


def _read_footer(descriptor: int, size: int) -> _Footer | None:
    if size < _TAIL.size:
        return None
    length, magic = _TAIL.unpack(os.pread(descriptor, _TAIL.size, size - _TAIL.size))
    if magic != _MAGIC or not 0 < length <= min(_LONGEST_FOOTER, size - _TAIL.size):
        return None
    return _Footer(**json.loads(os.pread(descriptor, length, size - _TAIL.size - length)))


def _explained(ex: BaseException) -> BaseException:
    """Return the problem a caller should see in place of a failure to write."""
    if isinstance(ex, OSError) and ex.errno in {errno.ENOSPC, errno.EDQUOT}:
        log.error("blob_disk_full")
        return Unavailable("There is no room for the file at present.")
    if isinstance(ex, OSError) and ex.errno in _NOT_THERE | {errno.EEXIST}:
        return BlobNotFound("A file stands where a folder is needed, or the other way round.")
    return ex

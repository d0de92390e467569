"""What the cache stores: a payload, its times and the tag versions it depends on."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

EPOCH = ""
"""The tag every entry depends on; a new version of it empties the cache."""

_HEADER = struct.Struct("!cddI")  # kind, fresh until, expires at, length of the tag versions
TIMES = slice(1, 17)  # where the two times stand in an encoded entry
_JSON, _BYTES = b"j", b"b"
_OVERHEAD = 400  # bytes of Python objects around a payload, measured with tracemalloc


@dataclass(slots=True)
class Entry:
    """One cached value; times are epoch seconds of the application's clock."""

    payload: bytes
    raw: bool
    fresh_until: float
    expires_at: float
    versions: Mapping[str, str]

    @property
    def value(self) -> Any:
        """Return the value as it was given: bytes, or JSON decoded afresh."""
        return self.payload if self.raw else orjson.loads(self.payload)

    def size(self, key: str) -> int:
        """Return about how many bytes of memory the entry takes under `key`."""
        return len(self.payload) + len(key) + _OVERHEAD + 100 * len(self.versions)

    def encode(self) -> bytes:
        """Return the bytes kept in Redis."""
        versions = orjson.dumps(self.versions)
        kind = _BYTES if self.raw else _JSON
        return b"".join(
            (_HEADER.pack(kind, self.fresh_until, self.expires_at, len(versions)), versions, self.payload)
        )


def pack(value: Any) -> tuple[bytes, bool]:
    """Return a value's payload and whether it is raw; raise TypeError when it is neither bytes nor JSON."""
    if isinstance(value, bytes):
        return value, True
    try:
        return orjson.dumps(value), False
    except TypeError as ex:
        raise TypeError(f"the cache holds bytes and JSON values, not {type(value).__name__}: {ex}") from ex


def entry_of(value: Any, fresh_until: float, stale: float, versions: Mapping[str, str]) -> Entry:
    """Return the entry of a value that may be shown `stale` seconds longer than it is fresh."""
    payload, raw = pack(value)
    return Entry(payload, raw, fresh_until, fresh_until + stale, versions)


def encode_times(fresh_until: float, expires_at: float) -> bytes:
    """Return the bytes that stand at `TIMES`."""
    return _HEADER.pack(_JSON, fresh_until, expires_at, 0)[TIMES]


def decode(stored: bytes | None) -> Entry | None:
    """Return the entry kept in Redis; None for nothing, and for what another version wrote."""
    if stored is None or len(stored) < _HEADER.size or stored[:1] not in (_JSON, _BYTES):
        return None
    kind, fresh_until, expires_at, length = _HEADER.unpack_from(stored)
    start = _HEADER.size + length
    try:
        versions = orjson.loads(stored[_HEADER.size : start])
    except orjson.JSONDecodeError:
        return None
    return Entry(stored[start:], kind == _BYTES, fresh_until, expires_at, versions)

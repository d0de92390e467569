"""Reading a body: its type, its size, its bytes, its JSON.

Nothing is read before the declared length is known to fit, and no more than the
limit is ever held. JSON is bounded in depth, since what nests deeper than
`MAX_DEPTH` cannot be written back by orjson (254) nor read by many clients.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

import orjson

from kernel.errors import BadRequest, FieldError, Invalid, RequestTimeout, TooLarge, UnsupportedMediaType
from kernel.http.request import Request

MAX_DEPTH = 64
JSON = "application/json"


def check_length(req: Request, limit: int) -> None:
    """Raise TooLarge when the declared length exceeds `limit` bytes, BadRequest when it is not a length."""
    declared = req.env.get("CONTENT_LENGTH")
    if not declared:
        return
    if not declared.isascii() or not declared.isdigit():
        raise BadRequest("Content-Length is not a length")
    if len(declared) > 18 or int(declared) > limit:  # noqa: PLR2004 - more digits than any disk
        raise TooLarge(f"At most {limit} bytes are taken here.")


def read_body(req: Request, limit: int) -> bytes:
    """Return the whole body, at most `limit` bytes; raise TooLarge, or BadRequest when it is cut short."""
    declared = req.env.get("CONTENT_LENGTH")
    if declared:
        size = int(declared)
        data = _read(req, size)
        if len(data) < size:
            raise BadRequest("The body ended early.")
        return data
    if req.env.get("HTTP_TRANSFER_ENCODING") or req.env.get("wsgi.input_terminated"):
        data = _read(req, limit + 1)
        if len(data) > limit:
            raise TooLarge(f"At most {limit} bytes are taken here.")
        return data
    return b""


def _read(req: Request, size: int) -> bytes:
    try:
        parts, left = [], size
        while left > 0 and (part := req.stream.read(left)):
            parts.append(part)
            left -= len(part)
    except TimeoutError as ex:
        raise RequestTimeout from ex
    except (OSError, ValueError) as ex:
        raise BadRequest("The body could not be read.") from ex
    return parts[0] if len(parts) == 1 else b"".join(parts)


def is_absent(req: Request) -> bool:
    """Say whether a request comes without a body, and without saying of which type it would be."""
    return not (req.content_type or req.content_length or "HTTP_TRANSFER_ENCODING" in req.env)


def check_media_type(req: Request, taken: Collection[str]) -> None:
    """Raise UnsupportedMediaType unless the body's type is one of `taken`, in UTF-8."""
    if req.content_type == JSON and JSON in taken:
        return
    essence, _, parameters = (req.content_type or "").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip().strip('"')
    if essence.strip() not in taken or charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMediaType(f"Send {' or '.join(sorted(taken))}.")


def parse_json(data: bytes) -> Any:
    """Parse JSON (RFC 8259); raise BadRequest for bad syntax, Invalid for NUL characters."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as ex:
        raise BadRequest(f"The body is not JSON: {ex}") from ex
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        raise BadRequest(f"The JSON nests deeper than {MAX_DEPTH} levels.")
    if b"\\u0000" in data and (pointer := find_nul(value, "")) is not None:
        raise Invalid(errors=(FieldError("Text cannot hold the character U+0000.", pointer=pointer),))
    return value


def deeper_than(value: Any, depth: int) -> bool:
    """Say whether parsed JSON nests deeper than `depth` levels."""
    level = [value]
    for _ in range(depth):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def _children(node: Any) -> Collection[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def find_nul(value: Any, pointer: str) -> str | None:
    """Return the JSON Pointer of the first text that holds U+0000, None when there is none."""
    if isinstance(value, str):
        return pointer if "\0" in value else None
    if isinstance(value, dict):
        if any("\0" in key for key in value):
            return pointer
        members: Any = value.items()
    else:
        members = enumerate(value) if isinstance(value, list) else ()
    found = (find_nul(child, f"{pointer}/{escape(str(key))}") for key, child in members)
    return next((each for each in found if each is not None), None)


def escape(token: str) -> str:
    """Escape one reference token of a JSON Pointer (RFC 6901 §3)."""
    return token.replace("~", "~0").replace("/", "~1")


class LimitedStream(io.RawIOBase):
    """A body the responder reads itself; raises TooLarge past `limit` bytes."""

    def __init__(self, req: Request, limit: int) -> None:
        self._stream = req.bounded_stream if req.env.get("CONTENT_LENGTH") else req.stream
        self._limit = limit
        self._left = limit

    def readable(self) -> bool:
        """Say yes: it is there to be read."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return at most `size` bytes (all, up to the limit, without one); empty at the end."""
        wanted = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        data: bytes = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(f"At most {self._limit} bytes are taken here.")
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; return how many bytes came."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

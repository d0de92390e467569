"""Cursors of a search: what it is a page of, then the last document's key and id.

The kernel seals them on the wire; the mark keeps one from being used with another text or sort.
"""

from __future__ import annotations

import base64
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from kernel import FieldError, Invalid

LONGEST: Final = 1024


class Position(NamedTuple):
    """Where a page ended; `corrected` when it was of another text than was typed."""

    corrected: bool
    packed: str

    @classmethod
    def of(cls, cursor: str) -> Position:
        """Return the position in a cursor; raise Invalid naming `cursor` when there is none."""
        if cursor[:1] not in {"e", "c"} or not 1 < len(cursor) <= LONGEST:
            raise _unknown()
        return cls(cursor[0] == "c", cursor[1:])

    @classmethod
    def after(cls, key: Any, document_id: UUID, sort: str, text: str, *, corrected: bool) -> Position:
        """Return the position after a document."""
        value = key.isoformat() if isinstance(key, datetime) else key
        packed = orjson.dumps([_mark(sort, text), value, str(document_id)])
        return cls(corrected, base64.urlsafe_b64encode(packed).decode().rstrip("="))

    def values(self, sort: str, text: str) -> dict[str, Any]:
        """Return what the page begins after; raise Invalid when it is one of another text or sort."""
        try:
            mark, key, document_id = orjson.loads(
                base64.urlsafe_b64decode(self.packed + "=" * (-len(self.packed) % 4))
            )
            found = {"key": datetime.fromisoformat(key) if sort == "newest" else key, "id": UUID(document_id)}
        except (ValueError, TypeError, AttributeError) as ex:
            raise _unknown() from ex
        if mark != _mark(sort, text) or not isinstance(found["key"], int | float | datetime):
            raise _unknown()
        return found

    def __str__(self) -> str:
        """Return the cursor."""
        return f"{'c' if self.corrected else 'e'}{self.packed}"


def _mark(sort: str, text: str) -> str:
    return blake2b(f"{sort}#{text}".encode(), digest_size=4).hexdigest()


def _unknown() -> Invalid:
    fault = FieldError("is not a cursor of this search; start without one", parameter="cursor")
    return Invalid(errors=[fault])

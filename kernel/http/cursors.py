"""Sealed cursors: what a client sees of a page's position.

`paginate` makes a cursor of sort keys; here it is bound to the path and the
filters it was issued under, and signed. A client cannot forge a position, and
a cursor carried to another list or another filter is refused by name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from kernel.http.pagination import MAX_CURSOR, bad_cursor
from kernel.http.request import Request

_SIGNATURE = 9  # bytes: 72 bits, 12 characters
_FREE = frozenset({"cursor", "limit", "total"})


class CursorSeal:
    """Seals and opens cursors with a key derived from the application's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"stoa-cursor").digest()

    def seal(self, req: Request, cursor: str) -> str:
        """Return the cursor as the client gets it."""
        return base64.urlsafe_b64encode(self._sign(req, cursor)).decode() + cursor

    def open(self, req: Request, sealed: str) -> str:
        """Return the cursor of a sealed one; raise Invalid naming `cursor` when it was not issued here."""
        if len(sealed) > MAX_CURSOR:
            raise bad_cursor()
        signature, cursor = sealed[:12], sealed[12:]
        try:
            given = base64.urlsafe_b64decode(signature)
        except (ValueError, binascii.Error) as ex:
            raise bad_cursor() from ex
        if not hmac.compare_digest(given, self._sign(req, cursor)):
            raise bad_cursor()
        return cursor

    def _sign(self, req: Request, cursor: str) -> bytes:
        text = "\n".join((req.path, *_filters(req), cursor))
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=_SIGNATURE).digest()


def _filters(req: Request) -> Iterable[str]:
    return (f"{name}={req.params[name]!r}" for name in sorted(req.params) if name not in _FREE)

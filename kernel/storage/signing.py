"""Signed URLs: who has one may read or write one blob for a while.

The signature is HMAC-SHA-256 (RFC 2104) over method, key, expiry, type and
size limit, under a key derived for this purpose alone; it is compared in
constant time. A URL cannot be called back before it expires, so keep it short.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from kernel.clock import Clock
from kernel.errors import Forbidden, Gone

PATH = "/v1/_blobs/"
METHODS = frozenset({"GET", "PUT"})


class BadSignature(Forbidden):
    """The link was not made here, or not for this."""

    type, title = "bad-signature", "This link is not valid"


class LinkExpired(Gone):
    """The link was good and is over."""

    type, title = "link-expired", "This link has expired"


@dataclass(frozen=True, slots=True)
class BlobGrant:
    """What a signed URL allows; `expires` in Unix seconds, 0 and "" for no limit."""

    key: str
    method: str
    expires: int
    content_type: str = ""
    max_bytes: int = 0

    def message(self) -> bytes:
        """Return the bytes to sign: JSON, so that no two grants read alike."""
        return json.dumps(
            [1, self.method, self.key, self.expires, self.content_type, self.max_bytes]
        ).encode()


class UrlSigner:
    """Makes and checks the signatures of one deployment."""

    def __init__(
        self,
        secret: str,
        clock: Clock,
        *,
        base_url: str = "",
        ttl: timedelta = timedelta(minutes=15),
        max_upload_bytes: int = 100 * 1024 * 1024,
    ) -> None:
        """Take the deployment's secret; `base_url` is the origin, "" for relative links."""
        self._secret = hmac.digest(secret.encode(), b"stoa signed blob urls", hashlib.sha256)
        self._clock = clock
        self._base = base_url.rstrip("/") + PATH
        self._ttl = ttl
        self._max_upload_bytes = max_upload_bytes

    def url(
        self,
        key: str,
        method: str = "GET",
        expires: timedelta | None = None,
        content_type: str = "",
        max_bytes: int = 0,
    ) -> str:
        """Return the URL that grants `method` on `key` from now for `expires`."""
        if method not in METHODS:
            raise ValueError(f"a signed URL is for GET or PUT, not {method}")
        until = int((self._clock.now() + (expires or self._ttl)).timestamp())
        limit = max_bytes or self._max_upload_bytes if method == "PUT" else 0
        grant = BlobGrant(key, method, until, content_type, limit)
        shown = {"expires": until, "type": content_type, "max": limit, "signature": self._sign(grant)}
        return f"{self._base}{key}?{urlencode({name: value for name, value in shown.items() if value})}"

    def check(self, grant: BlobGrant, signature: str) -> BlobGrant:
        """Return the grant if the signature is its own; raise `BadSignature` or `LinkExpired`."""
        if not hmac.compare_digest(self._sign(grant).encode(), signature.encode()):
            raise BadSignature
        if self._clock.now().timestamp() >= grant.expires:
            raise LinkExpired
        return grant

    def seconds_left(self, grant: BlobGrant) -> int:
        """Return how long the grant is good for, in whole seconds."""
        return max(0, grant.expires - int(self._clock.now().timestamp()))

    def _sign(self, grant: BlobGrant) -> str:
        digest = hmac.digest(self._secret, grant.message(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

"""`/v1/_blobs/…`: what signed URLs of the disk store lead to.

`send_blob` is for every plugin that answers with a blob: it does ranges
(RFC 9110 §14), conditions (§13) and the headers that keep a hostile upload
from running in a visitor's browser.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import Any

from marshmallow import Schema, fields, validate

from kernel.declarations import Route
from kernel.errors import RangeNotSatisfiable, TooLarge, UnsupportedMediaType
from kernel.http.endpoint import ANONYMOUS, UNLIMITED, Binary, endpoint
from kernel.http.etags import current
from kernel.http.reading import LimitedStream
from kernel.http.request import Request, Response
from kernel.storage.blobs import BlobNotFound, BlobReader, BlobStat, BlobStore
from kernel.storage.signing import BadSignature, BlobGrant, LinkExpired, UrlSigner

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

# APPSEC: everything else is offered as a download: HTML, SVG and PDF can run script on our origin
INLINE = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "text/plain"),
        *("video/mp4", "video/webm", "video/ogg"),
        *("audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/flac"),
    }
)


def send_blob(
    req: Request,
    resp: Response,
    store: BlobStore,
    stat: BlobStat,
    *,
    cache_control: str = "private, no-cache",
) -> BlobReader | None:
    """Prepare the response for a blob and return its bytes; None when there are none to send.

    Answers 200, 206 or 304; raises RangeNotSatisfiable (416). Several ranges in
    one request are answered with the whole, as §14.2 allows.
    """
    tag = f'"{stat.etag}"'
    resp.set_headers(
        {
            "ETag": tag,
            "Accept-Ranges": "bytes",
            "Last-Modified": format_datetime(stat.modified.replace(microsecond=0), usegmt=True),
            "Cache-Control": cache_control,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
    )
    if current(req.get_header("If-None-Match") or "", tag):
        resp.status = 304
        return None
    resp.content_type = stat.content_type
    if stat.content_type.partition(";")[0].strip().lower() not in INLINE:
        resp.set_header("Content-Disposition", "attachment")
    resp.encodable = False  # ranges count the bytes as they are stored
    start, length = _asked(req, stat, tag)
    if length != stat.size:
        resp.status = 206
        resp.set_header("Content-Range", f"bytes {start}-{start + length - 1}/{stat.size}")
    resp.content_length = length
    return None if req.method == "HEAD" else store.open(stat.key, start, length)


def _asked(req: Request, stat: BlobStat, tag: str) -> tuple[int, int]:
    """Return start and length of the bytes asked for; the whole for what cannot be read."""
    found = _RANGE.fullmatch((req.get_header("Range") or "").strip())
    condition = req.get_header("If-Range")
    if found is None or found.group(0) == "bytes=-" or (condition and condition != tag):
        return 0, stat.size
    first, last = found.groups()
    if not first:
        start, end = max(0, stat.size - int(last)), stat.size - 1
    else:
        start, end = int(first), min(int(last or stat.size), stat.size - 1)
        if last and int(last) < start:
            return 0, stat.size
    if start > end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{stat.size}"})
    return start, end - start + 1


class Grant(Schema):
    """The query of a signed URL."""

    expires = fields.Integer(required=True, metadata={"description": "When it ends, in Unix seconds."})
    signature = fields.String(required=True, validate=validate.Length(max=64))
    type = fields.String(load_default="", validate=validate.Length(max=200))
    max = fields.Integer(load_default=0, validate=validate.Range(min=0))


class Blob:
    """One blob, by a signed URL."""

    def __init__(self, store: BlobStore, signer: UrlSigner) -> None:
        self._store = store
        self._signer = signer

    @endpoint(
        summary="Read a file by its signed link",
        query=Grant,
        response=Binary("application/octet-stream"),
        permission=ANONYMOUS,
        rate=UNLIMITED,
        errors=(BlobNotFound, BadSignature, LinkExpired, RangeNotSatisfiable),
        statements=0,
    )
    def on_get(self, req: Request, resp: Response, key: str) -> Any:
        """Honours `Range`, `If-Range` and `If-None-Match`; the link is the credential."""
        grant = self._granted(req, key, "GET")
        age = f"private, max-age={self._signer.seconds_left(grant)}"
        return send_blob(req, resp, self._store, self._store.stat(key), cache_control=age)

    @endpoint(
        summary="Write a file by its signed link",
        query=Grant,
        permission=ANONYMOUS,
        rate=UNLIMITED,
        consumes=("*/*",),
        max_body=1 << 50,  # the link's own limit applies, in `on_put`
        errors=(BadSignature, LinkExpired, UnsupportedMediaType, TooLarge, BlobNotFound),
        statements=0,
    )
    def on_put(self, req: Request, resp: Response, key: str) -> None:
        """Take the body as the file: of the type, and at most of the size, the link was made for."""
        grant = self._granted(req, key, "PUT")
        sent = req.content_type or "application/octet-stream"
        if grant.content_type and sent != grant.content_type:
            raise UnsupportedMediaType(f"This link takes {grant.content_type}.")
        size = req.content_length
        if size is not None and size > grant.max_bytes:
            raise TooLarge(f"At most {grant.max_bytes} bytes are taken here.")
        stat = self._store.put(key, LimitedStream(req, grant.max_bytes), sent, size)
        resp.set_header("ETag", f'"{stat.etag}"')

    def _granted(self, req: Request, key: str, method: str) -> BlobGrant:
        given = req.query
        grant = BlobGrant(key, method, given["expires"], given["type"], given["max"])
        return self._signer.check(grant, given["signature"])


def blob_routes(store: BlobStore, signer: UrlSigner) -> list[Route]:
    """Return the kernel's blob route, for the disk store."""
    return [Route("/_blobs/{key:path}", Blob(store, signer))]

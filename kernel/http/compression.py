"""Content coding: brotli or gzip for bodies worth it.

Only textual types are coded; images and archives are compressed already. A
body over `OFFLOAD` bytes is coded in a native thread (zlib and brotli release
the GIL), so that other requests go on.
"""

from __future__ import annotations

import zlib
from functools import partial

import brotli  # type: ignore[import-untyped]

from kernel.http.etags import coded
from kernel.http.request import Request, Response
from kernel.offloading import offload

OFFLOAD = 64 * 1024
BROTLI_QUALITY = 4
GZIP_LEVEL = 5

_TEXTUAL = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/javascript",
    "application/xml",
    "image/svg+xml",
)


def accepted_coding(header: str) -> str:
    """Return `br`, `gzip` or an empty string: the coding to use for an `Accept-Encoding`."""
    if not header:
        return ""
    weights = dict(_weight(each) for each in header.lower().split(","))
    anything = weights.get("*", 0.0)
    return next((coding for coding in ("br", "gzip") if weights.get(coding, anything) > 0), "")


def _weight(entry: str) -> tuple[str, float]:
    name, _, parameters = entry.strip().partition(";")
    text = parameters.strip().removeprefix("q=") or "1"
    try:
        return name.strip(), float(text)
    except ValueError:
        return name.strip(), 0.0


def compress(req: Request, resp: Response, minimum: int) -> None:
    """Code the response's bytes when they are at least `minimum`, textual, and the client takes it."""
    data, headers = resp.data, resp._headers  # noqa: SLF001 - PERF: see kernel.http.envelope
    if data is None or not resp.encodable or "content-encoding" in headers or len(data) < minimum:
        return
    if not headers.get("content-type", "application/json").startswith(_TEXTUAL):
        return
    vary = headers.get("vary")
    headers["vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    coding = accepted_coding(req.env.get("HTTP_ACCEPT_ENCODING", ""))
    if not coding:
        return
    resp.data = offload(_encode, data, coding) if len(data) > OFFLOAD else _encode(data, coding)
    headers["content-encoding"] = coding
    if "etag" in headers:
        headers["etag"] = coded(headers["etag"], coding)


def _encode(data: bytes, coding: str) -> bytes:
    return _br(data) if coding == "br" else _gzip(data)


_br = partial(brotli.compress, quality=BROTLI_QUALITY, mode=brotli.MODE_TEXT)


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()

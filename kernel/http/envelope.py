"""What every request and response gets, an unknown path's and a fault's too.

One falcon middleware: `process_request` gives the request its id, address and
defaults and the response its security headers; `process_response` compresses,
gives the database connection back and reports the request once.

PERF: headers are written into `resp._headers`, falcon's own dict of lower-cased
names, since `set_header` costs 0.4 µs a header, and there are ten on each
response. `tests/kernel/http/test_envelope.py` fails when a new falcon changes it.
"""

# ruff: noqa: ARG002 - falcon's signatures

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

from uuid_utils import uuid7

from kernel import context
from kernel.errors import BadRequest
from kernel.http.compression import compress
from kernel.http.cors import cors
from kernel.http.problems import problem_from, render
from kernel.http.proxies import client_address, inbound_request_id
from kernel.http.request import Request, Response
from kernel.http.stack import Stack

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
}

_CHUNK = 64 * 1024


class Envelope:
    """The one middleware; see the module."""

    def __init__(self, stack: Stack) -> None:
        self._address = client_address(stack.settings.trusted_proxies)
        self._cors = cors(stack.settings.cors_origins, stack.settings.cors_max_age)
        self._minimum = stack.settings.compress_min_bytes
        self._nobody = stack.auth.principal_for({})
        self._release, self._observe = stack.db.release, stack.observe
        self._headers = dict(SECURITY_HEADERS)
        if stack.production and stack.settings.hsts_seconds:
            age = stack.settings.hsts_seconds
            self._headers["strict-transport-security"] = f"max-age={age}; includeSubDomains"

    def process_request(self, req: Request, resp: Response) -> None:
        """Give the request its id and the response its headers, before routing."""
        env = req.env
        req.started = perf_counter()
        # PERF: uuid_utils' own UUID: 0.3 µs with its text, where a `uuid.UUID` takes 2.7
        req.id = request_id = inbound_request_id(env) or str(uuid7())
        context.correlation_id.set(request_id)
        req.client_ip = self._address(env)
        req.principal = self._nobody
        req.body, req.query, req.payload, req.if_match, req.endpoint = {}, {}, b"", None, None
        resp._headers = headers = self._headers.copy()  # noqa: SLF001 - PERF: see above
        headers["x-request-id"] = request_id
        if self._cors is not None:
            self._cors(env, resp)
        if "\0" in req.path or "\ufffd" in req.path:
            raise BadRequest("The path is not UTF-8 text without the character U+0000.")

    def process_response(self, req: Request, resp: Response, resource: object, succeeded: bool) -> None:
        """Compress, release the connection, report; runs after faults too."""
        try:
            if resp.data is not None:
                compress(req, resp, self._minimum)
            elif resp.stream is not None:
                resp.stream = self._guarded(req, resp.stream)
        finally:
            self._release()
            self._observe(req, resp, perf_counter() - req.started)
            context.principal.set(None)
            context.correlation_id.set("")

    def answer_fault(
        self, req: Request, resp: Response, error: BaseException, params: dict[str, Any]
    ) -> None:
        """Render whatever was raised as a problem; falcon's error handler."""
        if not hasattr(req, "started"):  # falcon refuses the method WEBSOCKET before any middleware
            self.process_request(req, resp)
        render(req, resp, problem_from(error))

    def _guarded(self, req: Request, stream: Any) -> Any:
        """Return the stream so that its end closes it and gives back a connection it took."""
        if req.method == "HEAD":
            _close(stream)
            return None
        return _Guarded(stream, self._release)


class _Guarded:
    """An iterator of bytes over a stream; the server calls `close` at its end, however it ends."""

    def __init__(self, stream: Any, release: Any) -> None:
        self._stream, self._release = stream, release

    def __iter__(self) -> Iterator[bytes]:
        stream = self._stream
        return iter(lambda: stream.read(_CHUNK), b"") if hasattr(stream, "read") else iter(stream)

    def close(self) -> None:
        """Close the stream and release the database connection."""
        try:
            _close(self._stream)
        finally:
            self._release()


def _close(stream: Any) -> None:
    if hasattr(stream, "close"):
        stream.close()

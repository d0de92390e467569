"""What the engine refuses, in Engine.IO's own form: `{"code", "message"}`."""

from __future__ import annotations

from collections.abc import Sequence

UNKNOWN_TRANSPORT, UNKNOWN_SESSION, BAD_METHOD, BAD_REQUEST, FORBIDDEN, UNSUPPORTED_VERSION = range(6)


class Refused(Exception):  # noqa: N818 - what happens to the request
    """A request gets `status` and the protocol's error `code`."""

    def __init__(
        self, code: int, message: str, status: int = 400, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.headers = tuple(headers)

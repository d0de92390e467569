"""The body of a request, as `wsgi.input`: bounded in time, errors as Problems."""

from __future__ import annotations

import io
import socket

from gevent.pywsgi import Input

from kernel.errors import BadRequest, RequestTimeout
from kernel.server.reader import DeadlineReader

DISCARDED = 65_536  # bytes: cheaper to read an unread rest of this size than to reconnect


class Body(Input):  # type: ignore[misc]  # gevent is untyped
    """Reads Content-Length bytes or chunks; gevent parses, this bounds.

    A client that stalls raises RequestTimeout, one that stops in the middle or
    sends no chunks where it promised them BadRequest: the application answers
    with them like with any other Problem. `broken` then says that the stream's
    place is lost and the connection must end.
    """

    __slots__ = ("broken", "clock", "rate", "started", "timeout")

    def __init__(
        self, rfile: io.BufferedReader, length: int | None, sock: socket.socket | None, chunked: bool
    ) -> None:
        """Read `rfile`; `sock` is given when the client awaits `100 Continue`."""
        super().__init__(rfile, length, socket=sock, chunked_input=chunked)
        self.broken = False
        self.started = False

    def bound(self, clock: DeadlineReader, timeout: float, rate: int) -> None:
        """Begin the deadline with the first read: `timeout` seconds plus bytes at `rate`."""
        self.clock, self.timeout, self.rate = clock, timeout, rate

    def read(self, length: int | None = None) -> bytes:
        """Return up to `length` bytes, all that is left by default."""
        return self._guarded(super().read, length)

    def readline(self, size: int | None = None) -> bytes:
        """Return up to a newline."""
        return self._guarded(super().readline, size)

    def _guarded(self, read: object, size: int | None) -> bytes:
        if self.broken:
            raise BadRequest("the body cannot be read on")
        if not self.started:
            self.started = True
            self.clock.within(self.timeout, self.rate)
        try:
            return read(size)  # type: ignore[operator, no-any-return]
        except TimeoutError as ex:
            self.broken = True
            raise RequestTimeout("the body stalled") from ex
        except (OSError, ValueError) as ex:
            self.broken = True
            raise BadRequest("the body ended early or its chunks are malformed") from ex

    @property
    def unread(self) -> int | None:
        """The bytes still to come; None when that is unknown (chunks)."""
        if self.chunked_input:
            return 0 if self.chunk_length == 0 else None
        return int(self.content_length or 0) - int(self.position)

    @property
    def reusable(self) -> bool:
        """Whether the connection can carry another request after this body."""
        rest = self.unread
        awaiting = self.socket is not None and bool(rest or rest is None)
        return not self.broken and not awaiting and rest is not None and rest <= DISCARDED

    def _discard(self) -> None:
        """Read the rest away when it is small; gevent would read a gigabyte."""
        if self.reusable and self.unread:
            try:
                self.read()
            except (BadRequest, RequestTimeout):
                self.broken = True

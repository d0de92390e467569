"""One connection: read a request, run the application, answer, repeat.

Builds on gevent's pywsgi for the WSGI side. Replaced are: the parser (see
`head`), the waits (deadlines instead of none), and how a connection ends:
`Connection: close` is sent whenever it will close, or the client sends its next
request into a closed socket (Node >= 19 then fails every second one); and the
client is let to read a refusal before its unread body resets the connection.

The handler itself is the request's `stoa.connection`: an application that speaks
another protocol from here on takes the socket (`detach`), one that holds its
answer back may hear that nobody waits for it any more (`when_gone`).
"""

from __future__ import annotations

import io
import logging
import socket as sockets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import uuid4

from gevent import get_hub
from gevent.pywsgi import WSGIHandler, format_date_time

from kernel.errors import BadRequest, HeadTooLarge, Problem, RequestTimeout, TargetTooLong
from kernel.server.body import Body
from kernel.server.detached import Detached
from kernel.server.head import END, MAX_TARGET, Head, parse
from kernel.server.reader import DeadlineReader
from kernel.server.refusals import rendered

if TYPE_CHECKING:
    from kernel.server.worker import Server

SWITCHING = 101
MAX_BLANK = 4  # lines before a request: without a bound they would hold the hub as fast as they come
READ = 1  # libev's event
PIECE = 65_536
LINGER = 2.0  # seconds a refused client may take to read the answer
LINGER_BYTES = 4 * 1024 * 1024
_LENGTHS_SET_APART = frozenset(map(len, ("content-length", "connection", "date")))
log = logging.getLogger("stoa.server")


class Handler(WSGIHandler):  # type: ignore[misc]  # gevent is untyped
    """Serves one connection until it closes."""

    server: Server
    socket: sockets.socket | None
    environ: dict[str, Any] | None

    def __init__(self, sock: sockets.socket, address: Any, server: Server, early: bytes = b"") -> None:
        """Wrap an accepted socket, of which `early` was read already."""
        self.reader = DeadlineReader(sock, early)
        super().__init__(sock, address, server, rfile=io.BufferedReader(self.reader, 8192))
        self.idle = True
        self.limits = server.limits
        self.unfinished = False
        self.connected: AbstractContextManager[Any] = nullcontext()
        """What the server left open for this connection; a detached one leaves it later."""

    def handle(self) -> None:
        """Serve requests until the connection ends; then close it."""
        self.server.handlers.add(self)
        self.reader.within(self.limits.header_timeout)
        try:
            while self.handle_one_request():
                self.reader.within(self.limits.keepalive)
        except (OSError, ValueError):
            log.debug("connection lost", exc_info=True)
        finally:
            self.server.handlers.discard(self)
            self._close()
            self.environ = (
                None  # PERF: it names this handler; without the circle nobody has to look for garbage
            )

    def detach(self) -> Detached:
        """Give the connection away; whatever the application returns is not sent.

        The greenlet and the request's buffers end with the request, the
        connection keeps its place among `http.connections`.
        """
        early = self._read_already()
        sock, self.socket = self.socket, None
        self.close_connection = True
        connected, self.connected = self.connected, nullcontext()
        self.server.places.keep()
        assert sock is not None, "a connection is detached once"
        return Detached(sock.detach(), early, self.server, connected)

    def _read_already(self) -> bytes:
        self.reader.within(0)  # what is not in the buffer is not waited for
        try:
            return bytes(self.rfile.peek(1))
        except TimeoutError:
            return b""

    def when_gone(self, gone: Callable[[], None]) -> Callable[[], None]:
        """Call `gone` in the hub once the client closes its side; return what stops that."""
        sock = self.socket
        if sock is None:
            raise BrokenPipeError
        watcher = get_hub().loop.io(sock.fileno(), READ)

        def readable() -> None:
            watcher.stop()  # bytes are the next request's: they say nothing about this one's end
            if _ended(sock):
                gone()

        def stop() -> None:
            watcher.stop()
            watcher.close()

        watcher.start(readable)
        return stop

    def handle_one_request(self) -> bool:
        """Serve one request; tell whether another may follow."""
        try:
            head = self._read_head()
        except Problem as ex:
            self._refuse(ex)
            return False
        if head is None:
            return False
        self.idle = False
        self._take(head)
        self.environ = self._environ(head)
        self.application = self.server.application
        self.handle_one_response()
        self.idle = True
        return not (self.close_connection or self.wsgi_input.broken or self.server.stopping)

    def _read_head(self) -> Head | None:
        """Return the next head; None when the client left or stayed silent."""
        try:
            ready = self.rfile.peek(1)
        except TimeoutError:
            return None
        if not ready:
            return None
        end = ready.find(END)
        if end < 0 or ready.startswith(b"\r\n"):
            return self._read_slow_head()
        return parse(self.rfile.read(end + 4))

    def _read_slow_head(self) -> Head | None:
        """Read a head that comes in pieces, line by line under one deadline."""
        self.reader.within(self.limits.header_timeout)
        raw, blank = bytearray(), 0
        try:
            while line := self.rfile.readline(max(self.limits.max_header_bytes, MAX_TARGET) + 1):
                if line == b"\r\n" and not raw:
                    blank += 1  # RFC 9112 §2.2: ignore empty lines before the request line
                    if blank > MAX_BLANK:
                        raise BadRequest("empty lines are no request")
                    continue
                raw += line
                if raw.endswith(END):
                    return parse(bytes(raw))
                self._check_head(raw, line)
        except TimeoutError as ex:
            raise RequestTimeout("the head stalled") from ex
        return None

    def _check_head(self, raw: bytearray, line: bytes) -> None:
        first = len(raw) == len(line)
        if first and len(line) > MAX_TARGET + 64:
            raise TargetTooLong
        if len(raw) > self.limits.max_header_bytes:
            raise HeadTooLarge
        if line.endswith(b"\n") and not line.endswith(b"\r\n"):
            raise BadRequest("a line of the head does not end in CRLF")

    def _take(self, head: Head) -> None:
        """Set what pywsgi's response side reads of the request."""
        self.command, self.path, self.request_version = head.method, head.target, head.version
        self.requestline = f"{head.method} {head.target} {head.version}"
        self.content_length, self.close_connection = head.content_length, head.close
        self.response_length = 0

    def _environ(self, head: Head) -> dict[str, Any]:
        """Return the WSGI environment (PEP 3333)."""
        expects = head.variables.get("HTTP_EXPECT", "").lower() == "100-continue"
        body = Body(self.rfile, head.content_length, self.socket if expects else None, head.chunked)
        body.bound(self.reader, self.limits.body_timeout, self.limits.body_rate)
        self.wsgi_input = body
        environ = environ_of(self.server.environ, head, self.client_address)
        environ["wsgi.input"] = body
        environ["wsgi.input_terminated"] = True
        environ["stoa.connection"] = self
        return environ

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """Take the application's status and headers (PEP 3333); refuse line breaks in them.

        PERF: gevent's does the same in 6 µs for a dozen headers; the names, always the same, are
        looked at once here.
        """
        if exc_info is not None or self.request_version != "HTTP/1.1":
            taken: Callable[[bytes], None] = super().start_response(status, headers, exc_info)
            return taken
        text = "".join([status, *[value for _, value in headers]])
        if "\r" in text or "\n" in text:
            raise ValueError("a carriage return or newline in the status or the value of a header")
        self.code, self.status = int(status[:3]), status.encode("latin-1")
        self.provided_date: str | None = None
        self.provided_content_length: str | None = None
        self.response_headers = [(_header_name(name), value.encode("latin-1")) for name, value in headers]
        for name, value in headers:
            if len(name) in _LENGTHS_SET_APART:
                self._set_apart(name.lower(), value)
        return self.write  # type: ignore[no-any-return]

    def _set_apart(self, name: str, value: str) -> None:
        """Note a header that says how the answer is framed or dated."""
        if name == "content-length":
            self.provided_content_length = value
        elif name == "date":
            self.provided_date = value
        elif name == "connection" and value == "close":
            self.close_connection = True

    def finalize_headers(self) -> None:
        """Complete the response's headers: date, framing, and how it ends."""
        headers = self.response_headers
        if self.provided_date is None:
            headers.append((b"Date", _date(int(time.time()))))
        self.connection_upgraded = self.code == SWITCHING
        if self.code not in (SWITCHING, 204, 304) and self.provided_content_length is None:
            self._frame()
        if self.server.stopping or not self.wsgi_input.reusable:
            self.close_connection = True
        if self.close_connection and not any(name.lower() == b"connection" for name, _ in headers):
            headers.append((b"Connection", b"close"))

    def _frame(self) -> None:
        """Say where the response's body ends, or end it with the connection."""
        if hasattr(self.result, "__len__"):
            length = sum(len(part) for part in self.result)
            self.response_headers.append((b"Content-Length", b"%d" % length))
        elif self.request_version == "HTTP/1.1" and self.command != "HEAD":
            self.response_use_chunked = True
            self.response_headers.append((b"Transfer-Encoding", b"chunked"))
        elif self.command != "HEAD":
            self.close_connection = True

    def _write_with_headers(self, data: bytes) -> None:
        """Write head and first part in one segment when they are small."""
        self.headers_sent = True
        self.finalize_headers()
        lines = [b"HTTP/1.1 " + self.status]
        lines += [name + b": " + value for name, value in self.response_headers]
        head = b"\r\n".join(lines) + END
        if self.response_use_chunked or len(data) > PIECE:
            self._sendall(head)
            self._write(data)
        else:
            self._sendall(head + data)

    def _sendall(self, data: bytes | bytearray) -> None:
        """Send in pieces, each within the write timeout."""
        sock = self.socket
        if sock is None:
            raise BrokenPipeError
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            sock.settimeout(self.limits.write_timeout)
            piece = view[start : start + PIECE]
            try:
                # PERF: nearly every answer fits the socket's buffer, and gevent's sendall first asks its size
                sent = sock.send(piece)
                if sent < len(piece):
                    sock.sendall(piece[sent:])
            except OSError:
                self.close_connection = True
                raise
        self.response_length += len(data)

    def log_request(self) -> None:
        """Leave the access log to the application, which knows the route."""

    def _log_error(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if isinstance(error, TimeoutError):
            log.debug("client too slow to take the answer")
            return
        log.error("error outside the application: %s", self.requestline, exc_info=(kind, error, trace))

    def _refuse(self, problem: Problem) -> None:
        """Answer what could not be parsed, and be done with the connection."""
        request_id = str(uuid4())  # its own may not have been read
        log.info(
            "refused a request from %s: %s %s (%s)", self.client_address, problem.status, problem, request_id
        )
        self.unfinished = True
        self._sendall(rendered(problem, request_id))

    def _close(self) -> None:
        """Close; let a client that is still sending read our answer first.

        Closing a socket with unread input resets it, and the reset can overtake
        the answer (RFC 9112 §9.6): close our side, read on for a moment, close.
        """
        sock, self.socket = self.socket, None
        if sock is None:
            return
        body = self.wsgi_input
        try:
            if self.unfinished or (body is not None and not body.reusable):
                sock.shutdown(sockets.SHUT_WR)
                self._drain(sock)
        except OSError:
            log.debug("connection lost while closing", exc_info=True)
        finally:
            sock.close()

    def _drain(self, sock: sockets.socket) -> None:
        """Read and drop, for a moment and up to a few megabytes."""
        limit, taken = time.monotonic() + LINGER, 0
        while taken < LINGER_BYTES and (left := limit - time.monotonic()) > 0:
            sock.settimeout(left)
            count = len(sock.recv(PIECE))
            if not count:
                return
            taken += count


def environ_of(base: dict[str, Any], head: Head, address: Any) -> dict[str, Any]:
    """Return what a request's WSGI environment says of its head and its client's address."""
    path, _, query = head.target.partition("?")
    environ = base.copy()
    environ.update(head.variables)
    environ["REQUEST_METHOD"] = head.method
    environ["SERVER_PROTOCOL"] = head.version
    environ["SCRIPT_NAME"] = ""
    environ["PATH_INFO"] = unquote(path, "latin-1") if "%" in path else path
    environ["QUERY_STRING"] = query
    if isinstance(address, tuple):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = address[0], str(address[1])
    return environ


def _ended(sock: Any) -> bool:
    """Tell whether a readable socket is at its end."""
    try:
        return not sock._sock.recv(1, sockets.MSG_PEEK)  # noqa: SLF001 - gevent's own would wait
    except BlockingIOError:
        return False
    except OSError:
        return True


@lru_cache(maxsize=1024)
def _header_name(name: str) -> bytes:
    """Return a header's name as bytes; raise ValueError for one with a line break."""
    if "\r" in name or "\n" in name:
        raise ValueError("a carriage return or newline in the name of a header")
    return name.encode("latin-1")


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    """Return the Date header's value; made once a second."""
    value: bytes = format_date_time(second)
    return value

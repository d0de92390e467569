"""One WebSocket (RFC 6455), server side: strict reading, and its only writer.

Everything runs in the hub: a libev watcher reads, a write goes to the socket at
once, and what the socket does not take waits in a queue of bounded bytes that a
second watcher empties. So an idle connection has no greenlet, nothing switches
during a broadcast, and two writers cannot mix their frames.

APPSEC: a length is judged before its payload is waited for, unmasking and UTF-8
are done by C code, fragments are counted, and a client that does not read is
closed, not waited for. Extensions and subprotocols are not negotiated.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, Protocol

from gevent import get_hub

from kernel.realtime.engine.deadlines import Deadlines
from kernel.realtime.engine.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    CONTROL_BYTES,
    FIN,
    LENGTH,
    MASK_BYTES,
    MASKED,
    OPCODE,
    OPCODES,
    PING,
    PONG,
    RESERVED,
    Violation,
    check_close,
    extent,
    frame,
    unmasked,
)
from kernel.server.detached import Detached

READ, WRITE = 1, 2  # libev's events
MAX_FRAGMENTS = 1024  # of one message: more are no client's, and each costs its turn
CHUNK = 16_384  # bytes read from one connection before the others get their turn
AT_ONCE = 64  # chunks of a queue given to the socket in one call
CHUNK_COST = 64  # bytes of memory a queued chunk takes beside its own
LINGER = 2.0  # seconds a client may take for our close frame, and to close its side
LINGER_BYTES = 1024 * 1024  # what it may still send meanwhile; it is read and dropped
OPEN, CLOSING, CLOSED = range(3)

log = logging.getLogger("stoa.realtime")


class Owner(Protocol):
    """Who gets the messages of a WebSocket; called in the hub, so it never waits."""

    def received(self, message: str | bytes) -> None:
        """Take a message."""

    def lost(self, reason: str) -> None:
        """Take note that it ended, but not by `close`; nothing follows."""


class _Nobody:
    """The owner of a finished WebSocket. PERF: spares the garbage collector a circle each."""

    def received(self, message: str | bytes) -> None:
        """Drop what came too late."""

    def lost(self, reason: str) -> None:
        """Take no note."""


NOBODY = _Nobody()


class Common:
    """What the WebSockets of a process share: bounds, a buffer, a timer."""

    def __init__(self, max_payload: int, queue_bytes: int) -> None:
        self.max_payload = max_payload
        self.queue_bytes = queue_bytes
        self.buffer = bytearray(CHUNK)
        self.view = memoryview(self.buffer)
        self.lingering: Deadlines[WebSocket] = Deadlines(LINGER, lambda late, _: late.finish())


class WebSocket:
    """An open WebSocket on a detached connection."""

    __slots__ = (
        "_common",
        "_connection",
        "_drained",
        "_fd",
        "_fragments",
        "_kind",
        "_message",
        "_paused",
        "_pong",
        "_queue",
        "_queued",
        "_reader",
        "_rest",
        "_state",
        "_writer",
        "owner",
    )

    def __init__(self, connection: Detached, common: Common, owner: Owner) -> None:
        """Take the connection; nothing is read before `start`."""
        self._connection, self._common, self.owner = connection, common, owner
        self._fd = connection.fd
        self._state = OPEN
        self._paused = False
        self._rest: bytearray | None = None  # the beginning of a frame
        self._message: bytearray | None = None  # the fragments of a message so far
        self._pong: bytes | None = None  # the answer to the latest ping
        self._kind = self._fragments = self._drained = 0
        self._queue: deque[bytes | memoryview] | None = None
        self._queued = 0
        self._reader: Any = get_hub().loop.io(self._fd, READ)
        self._writer: Any = None

    def start(self) -> None:
        """Begin to read, first what came with the request."""
        if self._state == CLOSED:
            return  # what was written before found the connection gone
        self._reader.start(self._readable)
        early, self._connection.early = self._connection.early, b""
        if early:
            self._guarded(self._feed, early)

    def _readable(self) -> None:
        try:
            count = os.readv(self._fd, (self._common.buffer,))
        except BlockingIOError:
            return
        except OSError:
            self._lose("transport error")
            return
        if not count:
            self._lose("transport close")
        elif self._state == OPEN:
            self._guarded(self._feed, bytes(self._common.view[:count]))
        else:
            self._drained += count
            if self._drained > LINGER_BYTES:
                self.finish()

    def _guarded(self, step: Callable[[bytes], None], data: bytes) -> None:
        """Run a step of reading; a fault of the client's or ours ends the connection."""
        try:
            step(data)
        except Violation as ex:
            self._fail(ex.code, str(ex))
        except Exception:
            log.exception("a message could not be taken")
            self._fail(1011, "internal error")

    def _feed(self, data: bytes) -> None:
        """Take what arrived: whole frames now, the beginning of the next one later."""
        rest = self._rest
        if rest is None:
            taken = self._parse(data)
            if taken < len(data) and self._state == OPEN:
                self._rest = bytearray(data[taken:])
        else:
            rest += data
            del rest[: self._parse(rest)]
            if not rest:
                self._rest = None
        if self._pong is not None:
            pong, self._pong = self._pong, None
            self.write(frame(FIN | PONG, pong))

    def _parse(self, data: bytes | bytearray) -> int:
        """Handle the whole frames in `data`; return how many bytes they were."""
        at, end = 0, len(data)
        while end - at > 1 and self._state == OPEN and not self._paused:
            first, second = data[at], data[at + 1]
            self._check_head(first, second)
            start, size = extent(data, at, second & LENGTH)
            if start > end:
                break
            self._check_size(first & OPCODE, size)
            stop = start + size
            if stop > end:
                break
            payload = unmasked(data[start - MASK_BYTES : start], data[start:stop])
            at = stop
            self._take(first & FIN, first & OPCODE, payload)
        return at

    def _check_head(self, first: int, second: int) -> None:
        """Refuse what no client may send (RFC 6455 §5)."""
        opcode = first & OPCODE
        if not second & MASKED:
            raise Violation(1002, "a client's frame must be masked")
        if first & RESERVED or opcode not in OPCODES:
            raise Violation(1002, "a reserved bit or opcode")
        if opcode >= CLOSE:
            if not first & FIN or second & LENGTH > CONTROL_BYTES:
                raise Violation(1002, "a control frame is fragmented or too long")
        elif (opcode == CONTINUATION) != (self._message is not None):
            raise Violation(1002, "a fragment out of place")

    def _check_size(self, opcode: int, size: int) -> None:
        """Refuse a message too large before it is waited for."""
        before = len(self._message) if self._message is not None and opcode == CONTINUATION else 0
        if before + size > self._common.max_payload:
            raise Violation(1009, f"a message may have {self._common.max_payload} bytes")

    def _take(self, fin: int, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._pong = payload  # §5.5.3: of several pings the latest may be answered alone
        elif opcode == CLOSE:
            self._closed_by_client(payload)
        elif opcode != PONG:
            self._take_data(fin, opcode, payload)

    def _take_data(self, fin: int, opcode: int, payload: bytes) -> None:
        """Deliver a message, or keep a fragment of one."""
        if self._message is None:
            if fin:
                self._deliver(opcode, payload)
                return
            self._message, self._kind, self._fragments = bytearray(), opcode, 0
        self._message += payload
        self._fragments += 1
        if self._fragments > MAX_FRAGMENTS:
            raise Violation(1009, f"a message may have {MAX_FRAGMENTS} fragments")
        if fin:
            whole, self._message = bytes(self._message), None
            self._deliver(self._kind, whole)

    def _deliver(self, kind: int, payload: bytes) -> None:
        if kind == BINARY:
            self.owner.received(payload)
            return
        try:
            text = payload.decode("utf-8")
        except UnicodeDecodeError as ex:
            raise Violation(1007, "a text is not UTF-8") from ex
        self.owner.received(text)

    def pause(self) -> None:
        """Read nothing more; TCP then holds the client back."""
        if self._state == OPEN and not self._paused:
            self._paused = True
            self._reader.stop()

    def resume(self) -> None:
        """Read on, first what had arrived before the pause, in a turn of its own."""
        if self._state == OPEN and self._paused:
            self._paused = False
            self._reader.start(self._readable)
            if self._rest:
                get_hub().loop.run_callback(self._go_on)

    def _go_on(self) -> None:
        if self._state == OPEN and not self._paused:
            self._guarded(self._feed, b"")

    def write(self, data: bytes) -> None:
        """Send whole frames; never waits.

        A message of any size may be on its way; when more than `queue_bytes`
        wait behind it, the client is a slow reader and cut off.
        """
        if self._state != OPEN:
            return
        if self._queue is not None:
            self._enqueue(data)
            return
        try:
            sent = os.write(self._fd, data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose("transport error")
            return
        if sent < len(data):
            self._queue = deque((memoryview(data)[sent:],))
            self._queued = len(data) - sent + CHUNK_COST
            self._writer = get_hub().loop.io(self._fd, WRITE)
            self._writer.start(self._writable)

    def _enqueue(self, data: bytes) -> None:
        assert self._queue is not None
        if self._queued - len(self._queue[0]) > self._common.queue_bytes:
            self._lose("slow reader")
        else:
            self._queue.append(data)
            self._queued += len(data) + CHUNK_COST

    def _writable(self) -> None:
        assert self._queue is not None
        try:
            sent = os.writev(self._fd, list(islice(self._queue, AT_ONCE)))
        except BlockingIOError:
            return
        except OSError:
            self._lose("transport error")
            return
        self._take_off(self._queue, sent)
        if not self._queue:
            self._queue = None
            self._stop_writer()
            if self._state == CLOSING:
                self._connection.end_output()

    def _take_off(self, queue: deque[bytes | memoryview], sent: int) -> None:
        """Drop `sent` bytes from the queue's head."""
        while sent:
            size = len(queue[0])
            if sent < size:
                queue[0] = memoryview(queue[0])[sent:]
                self._queued -= sent
                return
            queue.popleft()
            self._queued -= size + CHUNK_COST
            sent -= size

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End it after what was written: close frame, FIN, then wait for the client's.

        A client that takes longer than `LINGER` seconds is not waited for. The
        owner hears nothing more.
        """
        fitting = reason.encode("utf-8", "replace")[: CONTROL_BYTES - 2].decode("utf-8", "ignore")
        self._close(code.to_bytes(2, "big") + fitting.encode())

    def _close(self, payload: bytes) -> None:
        if self._state != OPEN:
            return
        self.owner = NOBODY
        self.write(frame(FIN | CLOSE, payload))
        if self._state != OPEN:
            return  # the write found the connection gone
        self._state = CLOSING
        self._rest = self._message = None
        self._common.lingering.start(self)
        if self._paused:
            self._reader.start(self._readable)
        if self._queue is None:
            self._connection.end_output()

    def _closed_by_client(self, payload: bytes) -> None:
        """Answer a close frame with its code (§5.5.1)."""
        if payload:
            check_close(payload)
        owner = self.owner
        self._close(payload[:2])
        owner.lost("transport close")

    def _fail(self, code: int, reason: str) -> None:
        owner = self.owner
        self.close(code, reason)
        owner.lost("transport error")

    def _lose(self, reason: str) -> None:
        owner = self.owner
        self.finish()
        owner.lost(reason)

    def finish(self) -> None:
        """Close the connection without a word; harmless twice."""
        if self._state == CLOSED:
            return
        self._state, self.owner = CLOSED, NOBODY
        self._queue = self._rest = self._message = None
        self._common.lingering.cancel(self)
        self._reader.stop()
        self._reader.close()
        self._stop_writer()
        self._connection.close()

    def _stop_writer(self) -> None:
        if self._writer is not None:
            self._writer.stop()
            self._writer.close()
            self._writer = None

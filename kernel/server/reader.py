"""Read a client's socket under a deadline, not under a timeout per read.

A per-read timeout never fires on a client that sends one byte a second; here
the whole wait is bounded, and a body earns time by the bytes it brings (as
Apache's `RequestReadTimeout … MinRate` does).
"""

from __future__ import annotations

import io
import socket
from time import monotonic
from typing import Any

import gevent

TURN = 256 * 1024  # bytes read before others get their turn


class DeadlineReader(io.RawIOBase):
    """The raw side of a connection's input.

    `deadline` is on `time.monotonic()`; a read beyond it raises TimeoutError.
    `rate`, when not 0, moves it on by a second for that many bytes read.
    """

    def __init__(self, sock: socket.socket, early: bytes = b"") -> None:
        """Read `early`, then `sock`, a gevent socket, once a deadline is set."""
        self._sock, self._early = sock, early
        self.deadline = 0.0
        self.rate = 0
        self._turn = 0

    def within(self, seconds: float, rate: int = 0) -> None:
        """Allow `seconds` from now, and a second more for each `rate` bytes."""
        self.deadline = monotonic() + seconds
        self.rate = rate

    def readable(self) -> bool:
        """Return True: it reads."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Wait for bytes until the deadline; 0 is the end of the stream."""
        if self._early:
            return self._read_early(buffer)
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the client is too slow")
        self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        if self.rate:
            self.deadline += count / self.rate
            self._take_turns(count)
        return count

    def _read_early(self, buffer: Any) -> int:
        count = min(len(buffer), len(self._early))
        buffer[:count], self._early = self._early[:count], self._early[count:]
        return count

    def _take_turns(self, count: int) -> None:
        """Let other connections run: a read of bytes that are already here does not wait.

        A client on the same network sends as fast as it is read, and would have
        the process for itself as long as its body lasts.
        """
        self._turn += count
        if self._turn >= TURN:
            self._turn = 0
            gevent.sleep(0)

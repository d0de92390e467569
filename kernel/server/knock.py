"""A connection's first request, answered in the hub when it asks for a WebSocket.

PERF: most connections of sockets bring their whole handshake with them. Read where
they are accepted, they cost no greenlet, no gevent socket and no WSGI answer:
half of the CPU of a connect (decision 0024).
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from kernel.errors import Problem
from kernel.server.detached import Detached
from kernel.server.handler import environ_of
from kernel.server.head import END, Head, parse

if TYPE_CHECKING:
    from kernel.server.worker import Server

AT_ONCE = 8192  # bytes that are read without waiting: the buffer of a connection's reader
ASKS = b"Sec-WebSocket-Key"

log = logging.getLogger("stoa.server")


class Knock:
    """The `stoa.connection` of a request that has no handler."""

    __slots__ = ("_early", "_fd", "_server")

    def __init__(self, fd: int, early: bytes, server: Server) -> None:
        self._fd, self._early, self._server = fd, early, server

    @property
    def detached(self) -> bool:
        """Whether somebody took the connection."""
        return self._fd < 0

    def detach(self) -> Detached:
        """Give the connection away, with its place among `http.connections`."""
        fd, self._fd = self._fd, -1
        self._server.places.take()
        connected = self._server.connected()
        connected.__enter__()
        return Detached(fd, self._early, self._server, connected)


def read_at_once(fd: int) -> bytes:
    """Return what a new connection brought with it; empty when that is nothing, or when it is gone."""
    os.set_blocking(fd, False)
    try:
        return os.read(fd, AT_ONCE)
    except OSError:  # nothing yet, or reset: who waits for more finds out
        return b""


def answered(server: Server, fd: int, address: Any, data: bytes) -> bool:
    """Answer a whole WebSocket handshake; False: nothing was done, and a handler is to look at it."""
    end = data.find(END)
    if end < 0 or data.find(ASKS, 0, end) < 0:
        return False
    head = _head(data[: end + len(END)])
    if head is None:
        return False
    knock = Knock(fd, data[end + len(END) :], server)
    environ = environ_of(server.environ, head, address)
    environ["stoa.connection"] = knock
    try:
        return server.upgrade(environ)
    except Exception:  # boundary: the server goes on accepting; who has taken the connection ends it
        log.exception("a WebSocket handshake could not be answered")
        return knock.detached


def _head(raw: bytes) -> Head | None:
    try:
        return parse(raw)
    except Problem:
        return None

"""A connection that outlives its request, and the places of all connections."""

from __future__ import annotations

import contextlib
import os
import socket
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from gevent import getcurrent
from gevent.monkey import get_original
from gevent.pool import Group, Pool

if TYPE_CHECKING:
    from kernel.server.worker import Server

_socket: type[socket.socket] = get_original("socket", "socket")


class Detached:
    """A socket whose greenlet has ended: whoever detached it reads and writes `fd`, non-blocking.

    It keeps its place among `http.connections` until `close`. `early` is what the
    client sent before it was detached.
    """

    __slots__ = ("_connected", "_server", "early", "fd")

    def __init__(self, fd: int, early: bytes, server: Server, connected: AbstractContextManager[Any]) -> None:
        """Take a descriptor and its place over; `connected` is left at the end."""
        self.fd, self.early = fd, early
        self._server = server
        self._connected = connected
        server.detached += 1

    def end_output(self) -> None:
        """Tell the client that nothing follows (FIN); its bytes can still be read."""
        view = _socket(self._server.family, socket.SOCK_STREAM, 0, fileno=self.fd)
        try:
            with contextlib.suppress(OSError):  # the client has gone meanwhile
                view.shutdown(socket.SHUT_WR)
        finally:
            view.detach()

    def close(self) -> None:
        """Close the socket and give its place to the next connection; harmless twice."""
        fd, self.fd = self.fd, -1
        if fd < 0:
            return
        os.close(fd)
        self._server.detached -= 1
        self._server.places.give_back()
        self._connected.__exit__(None, None, None)


class Places(Pool):  # type: ignore[misc]  # gevent is untyped
    """The greenlets of the connections, and the places of those without one."""

    def __init__(self, size: int) -> None:
        """Allow `size` connections at once."""
        super().__init__(size)
        self._kept = 0
        self._leaving: set[object] = set()

    def keep(self) -> None:
        """Let the calling greenlet's place be taken beyond its end, until `give_back`."""
        self._kept += 1
        self._leaving.add(getcurrent())

    def take(self) -> None:
        """Take the place of a connection that has no greenlet, until `give_back`; there must be one."""
        taken = self._semaphore.acquire(blocking=False)
        assert taken, "the server accepts only while it has a place"
        self._kept += 1

    def give_back(self) -> None:
        """Free one kept place; the server accepts again if it had none."""
        self._kept -= 1
        self._semaphore.release()

    def free_count(self) -> int:
        """Return how many connections may still come."""
        return max(0, int(self.size) - len(self) - self._kept + len(self._leaving))

    def _discard(self, greenlet: object) -> None:
        if greenlet in self._leaving:
            self._leaving.discard(greenlet)
            Group._discard(self, greenlet)  # noqa: SLF001 - Pool's without its release
        else:
            super()._discard(greenlet)

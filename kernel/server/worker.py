"""One serving process: patch, boot, serve, stop.

Imported in a worker's own process (see `arbiter.Seed`), before anything that uses
sockets: the kernel and the plugins come after these are patched.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket as green
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from gunicorn.workers.ggevent import GeventWorker

from kernel.server.arbiter import STOPPING
from kernel.server.detached import Places

if TYPE_CHECKING:
    from types import FrameType

    from kernel.http.settings import HttpSettings
    from kernel.server.handler import Handler

PULSE = 1.0  # seconds between signs of life to the parent


class Server(WSGIServer):  # type: ignore[misc]  # gevent is untyped
    """Accepts connections, each with Nagle's algorithm off.

    With it on, the second half of every keep-alive answer waits for the
    client's delayed acknowledgement: 44 ms (decision 0010).
    """

    max_accept = 25
    """Connections accepted before others get their turn: each may be answered there and then."""

    def __init__(
        self,
        listener: Any,
        limits: HttpSettings,
        connected: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
        upgrade: Callable[[dict[str, Any]], bool] = lambda _: False,
        **options: Any,
    ) -> None:
        """Serve on `listener` within `limits`; `connected()` is entered while a connection is open.

        `upgrade(environ)` may take the `stoa.connection` of a WebSocket handshake, in
        the hub, and answer it; False: it did nothing, and the application answers.
        """
        from kernel.server.handler import Handler  # noqa: PLC0415 - after the sockets are patched

        with contextlib.suppress(OSError):  # a Unix socket has no such option; accepted sockets inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.places = Places(limits.connections)
        super().__init__(listener, handler_class=Handler, log=None, spawn=self.places, **options)
        self.limits = limits
        self.detached = 0
        """Connections that were taken over from their handlers."""
        self.handlers: set[Handler] = set()
        self.stopping = False
        self.connected, self.upgrade = connected, upgrade

    def do_read(self) -> tuple[int, Any] | None:
        """Accept a connection; return its descriptor and the client's address."""
        try:
            accepted: tuple[int, Any] = self.socket._accept()  # noqa: SLF001 - as gevent's own does
        except BlockingIOError:
            return None
        return accepted

    def do_handle(self, fd: int, address: Any) -> None:
        """Answer a WebSocket handshake here, in the hub; give anything else to a greenlet."""
        from kernel.server.knock import answered, read_at_once  # noqa: PLC0415 - as above

        early = read_at_once(fd)
        if not (early and answered(self, fd, address, early)):
            super().do_handle(green.socket(self.family, self.socket.type, fileno=fd), address, early)

    def handle(self, sock: socket.socket, address: Any, early: bytes) -> None:
        """Serve one accepted connection, of which `early` was read."""
        handler = self.handler_class(sock, address, self, early)
        handler.connected = self.connected()
        handler.connected.__enter__()
        try:
            handler.handle()
        finally:
            handler.connected.__exit__(None, None, None)

    def drain(self) -> None:
        """Accept no more; end the connections that wait for a request."""
        self.stopping = True
        self.close()
        for handler in list(self.handlers):
            if handler.idle and handler.socket is not None:
                with contextlib.suppress(OSError):  # it closed meanwhile
                    handler.socket.shutdown(socket.SHUT_RD)


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's gevent worker with our server, stop and boot."""

    def init_signals(self) -> None:
        """Leave Ctrl-C to the parent: it stops us with SIGTERM, gracefully."""
        self.stop_asked = Event()  # made here: gevent's hub is new since the fork
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)  # blocked by the parent before the fork

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at once, not at the next pulse."""
        super().handle_exit(sig, frame)
        self.stop_asked.set()

    def handle_quit(self, *_: object) -> None:
        """End now; a second Ctrl-C means it."""
        os._exit(0)

    def init_process(self) -> None:
        """Patch, take as many files as allowed, boot, serve."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop, then finish what is under way."""
        servers = [self._serve(listener) for listener in self.sockets]
        self.app.ready(self)
        while self.alive:
            self._pulse()
            self.stop_asked.wait(PULSE)
        self._stop(servers)

    def _serve(self, listener: Any) -> Server:
        listener.setblocking(1)
        limits = self.app.limits
        server = Server(
            listener,
            limits,
            self.app.connected,
            self.app.upgrade,
            application=self.wsgi,
            environ={"wsgi.multithread": True, "wsgi.multiprocess": self.cfg.workers > 1},
        )
        server.start()
        return server

    def _pulse(self) -> None:
        """Tell the parent we live; stop when it does not."""
        self.tmp.notify()
        if self.ppid != os.getppid():
            self.log.warning("the parent process is gone: stopping")
            self.alive = False

    def _stop(self, servers: list[Server]) -> None:
        """Stop accepting, let requests finish within the grace, close the parts."""
        for server in servers:
            server.drain()
        self.app.drain()
        with gevent.Timeout(self.app.limits.shutdown_grace, False):
            while any(server.handlers or server.detached for server in servers):
                self.tmp.notify()
                gevent.sleep(0.02)
        for server in servers:
            server.stop(timeout=0.1)
        self.app.stop()

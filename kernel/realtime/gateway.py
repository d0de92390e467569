"""The gateway: connections to namespaces, kept true to who may be there.

One a process that serves. The engine brings connections; they become sockets;
what changes outside (a ban, a lost role, an expired token) closes or moves
them. All of it is in the hub or in greenlets.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

import gevent
import structlog
from gevent.lock import BoundedSemaphore

from kernel import context
from kernel.cache.limiter import Limiter, MemoryBuckets
from kernel.errors import TooManyRequests
from kernel.http.limits import network_of
from kernel.http.proxies import client_address
from kernel.observability.requests import write_line
from kernel.realtime.connection import UNAUTHORIZED, Connection
from kernel.realtime.engine import EngineServer
from kernel.realtime.entrance import Entrance
from kernel.realtime.identity import Identities
from kernel.realtime.inbound import Limits
from kernel.realtime.instruments import Handling, Instruments, Observer
from kernel.realtime.reviews import Reviews
from kernel.realtime.runtime import Runtime

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from kernel.application import Application
    from kernel.observability.metrics import Sample
    from kernel.realtime.declarations import Namespace
    from kernel.realtime.engine import EngineSession
    from kernel.realtime.socket import Socket

log = structlog.get_logger(__name__)

_PULSE = 1.0  # seconds between looks at expiries
_MAX_BUCKETS = 200_000


class Gateway:
    """The sockets of one process."""

    def __init__(self, application: Application) -> None:
        """Make the gateway of an application whose parts are all made; nothing is opened."""
        app, http = application, application.settings.http
        self.settings = app.settings.realtime
        self.runtimes: dict[str, Runtime] = {}
        self._clock, self._realtime, self.release = app.clock, app.realtime, app.db.release
        enforced = http.rate_limits or app.settings.kernel.environment == "production"
        local = Limiter(MemoryBuckets(_MAX_BUCKETS), app.clock)
        self._limits = Limits(local, app.limiter, self.settings.inbound_rate, enforced=enforced)
        self.identities = Identities(app.auth, app.clock, self.settings.recheck)
        self._local = local if enforced else None
        self.entrance = Entrance(self, self._local)
        self.observers: list[Observer] = []
        self.connections: set[Connection] = set()
        self._by_network: Counter[str] = Counter()
        self._by_owner: dict[UUID, set[Socket]] = {}
        # A thousand clients that return at once wait for their turn, not for the pool until it times out.
        self.questions = BoundedSemaphore(max(1, app.settings.database.pool_size // 2))
        self._ticking = self._stopping = False
        logs = app.settings.observability
        write = write_line if logs.access_log else None
        self.instruments = Instruments(app.metrics, self._transports, write, json=logs.log_format == "json")
        self.engine = EngineServer(
            self.settings,
            on_open=self.opened,
            origins=http.cors_origins,
            max_age=http.cors_max_age,
            address=client_address(http.trusted_proxies),
        )
        self.reviews = Reviews(self, app.realtime.rooms, app.clock)
        app.auth.on_change(self.reviews.changed)
        app.realtime.on_refresh(self.reviews.refresh)
        app.realtime.on_disconnect(self._disconnect)

    def serve(self, namespaces: Sequence[Namespace]) -> None:
        """Offer these namespaces from now on; sockets in others stay until they leave."""
        made = {one.namespace: one for one in self.runtimes.values()}
        self.runtimes = {
            one.path: made.get(one) or Runtime(one, self._realtime.rooms, self.settings, self._limits)
            for one in namespaces
        }

    def before(
        self, http: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
    ) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
        """Return the application that answers below `path` itself and leaves the rest to `http`."""
        if not self.settings.enabled:
            return http
        path, bare, engine = self.settings.path, self.settings.path.rstrip("/"), self.engine.wsgi

        def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            asked = environ["PATH_INFO"]
            if asked.startswith(path) or asked == bare:
                return engine(environ, start_response)
            return http(environ, start_response)

        return wsgi

    def upgrade(self, environ: WSGIEnvironment) -> bool:
        """Open a session on a WebSocket, in the hub; False: nothing was done, and `before` answers."""
        below = self.settings.enabled and environ["PATH_INFO"].startswith(self.settings.path)
        return below and self.engine.upgrade(environ)

    def drain(self) -> None:
        """Send everybody away before a stop, each to come back at a moment of its own."""
        self._stopping = True
        window = self.settings.reconnect_window * 1000
        for connection in list(self.connections):
            after = int(random.uniform(0, window))  # noqa: S311 - spreads load, guards nothing
            for socket in list(connection.sockets.values()):
                socket.emit("reconnect", {"after": after, "reason": "server shutting down"})
        self.engine.close_all(1001, "server shutting down")

    # -- connections ---------------------------------------------------------

    def opened(self, session: EngineSession) -> None:
        """Take a new session of the engine; raise TooManyRequests when its client has too many."""
        network = network_of(session.environ.ip)
        if self._by_network[network] >= self.settings.max_connections_per_client:
            raise TooManyRequests(10, "This address has too many connections open.")
        self._by_network[network] += 1
        connection = Connection(self, session)
        session.on_message, session.on_close = connection.receive, connection.closed
        self.connections.add(connection)
        self.instruments.opened()
        if not self._ticking:
            self._ticking = True
            gevent.spawn(self._tick)

    def closed(self, connection: Connection, reason: str) -> None:
        """Forget a connection that is over."""
        self.connections.discard(connection)
        network = network_of(connection.session.environ.ip)
        self._by_network[network] -= 1
        if self._by_network[network] <= 0:
            del self._by_network[network]
        self.instruments.closed(reason)

    def _transports(self) -> Iterator[Sample]:
        counts = Counter(one.session.transport for one in self.connections)
        return (((transport,), float(counts[transport])) for transport in ("polling", "websocket"))

    def may_knock(self, connection: Connection) -> bool:
        """Say whether a connection may ask for another namespace: as often a minute as it may send events."""
        if self._local is None:
            return True
        return self._local.hit(f"connect:{connection.session.id}", self.settings.inbound_rate, 60).allowed

    # -- sockets -------------------------------------------------------------

    def index(self, socket: Socket) -> None:
        """Remember whose a socket is, before it is let in."""
        for owner in _owners(socket):
            self._by_owner.setdefault(owner, set()).add(socket)

    def forget(self, socket: Socket) -> None:
        """Let go of a socket: it is in no room, and nobody's."""
        socket.gone = True
        self._realtime.rooms.drop(socket)
        self.reviews.forget(socket)
        self.unlink(socket)

    def unlink(self, socket: Socket) -> None:
        """Forget whose a socket is."""
        for owner in _owners(socket):
            sockets = self._by_owner.get(owner)
            if sockets is not None:
                sockets.discard(socket)
                if not sockets:
                    del self._by_owner[owner]

    def entered(self, socket: Socket) -> None:
        """Note a socket that has joined its namespace."""
        if socket.principal.id is not None:
            self._realtime.connected(socket.principal.id)
        self.instruments.entered(socket)

    def left(self, socket: Socket, reason: str) -> None:
        """Note a socket that is gone."""
        self.forget(socket)
        if socket.principal.id is not None:
            self._realtime.disconnected(socket.principal.id)
        self.instruments.left(socket, reason)

    @property
    def ready(self) -> bool:
        """Whether a socket that nobody need be asked about can enter without I/O."""
        return self._realtime.running

    def turn(self, handling: Handling, act: Callable[[], Any]) -> None:
        """Run a piece of a socket's work under an id and a caller of its own; give back what it borrowed."""
        socket = handling.socket
        socket.received += 1
        with context.bound(f"{socket.sid}.{socket.received}", socket.principal):
            try:
                with ExitStack() as contexts:
                    for observer in self.observers:
                        contexts.enter_context(observer(handling))
                    act()
            except Exception:
                log.exception("socket_turn_failed", namespace=socket.namespace, kind=handling.event)
            finally:
                self.release()

    # -- changes from outside ------------------------------------------------

    def everybody(self) -> list[Socket]:
        """Return the sockets of this process, with those that are known and not let in yet."""
        found = {socket for sockets in self._by_owner.values() for socket in sockets}
        found.update(socket for connection in self.connections for socket in connection.sockets.values())
        return list(found)

    def of(self, owner: UUID) -> list[Socket]:
        """Return the sockets of an account or a session."""
        return list(self._by_owner.get(owner, ()))

    def _disconnect(self, target: UUID, code: int, reason: str) -> None:
        """Close the connections of an account or a session."""
        for socket in self.of(target):
            socket.connection.end(code, reason or "closed by the server")

    # -- time ----------------------------------------------------------------

    def _tick(self) -> None:
        """Look after what ends by itself, until there is nobody left."""
        while self.connections:
            gevent.sleep(_PULSE)
            try:
                self._expire()
            except Exception:
                log.exception("socket_expiry_failed")
        self._ticking = False

    def _expire(self) -> None:
        now, latest = self._clock.now(), monotonic() - self.settings.handshake_timeout
        due: list[Socket] = []
        for connection in list(self.connections):
            if not connection.sockets and connection.opened < latest and not connection.joining:
                connection.end(1000, "handshake timeout")
            for socket in list(connection.sockets.values()):
                identity = socket.identity
                if identity.ends is not None and identity.ends <= now:
                    connection.end(UNAUTHORIZED, "token expired")
                elif identity.again is not None and identity.again <= now:
                    due.append(socket)
        self.reviews.expire()
        self.reviews.recheck(due)


def _owners(socket: Socket) -> Iterator[UUID]:
    """Yield what a socket is found by: its account and its session."""
    principal = socket.principal
    if principal.id is not None:
        yield principal.id
    if principal.session_id is not None:
        yield principal.session_id

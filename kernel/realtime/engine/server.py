"""The Engine.IO server of one process."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from kernel.errors import Problem
from kernel.realtime.engine.handshake import handshake, query_of
from kernel.realtime.engine.origins import Origins
from kernel.realtime.engine.packets import Control
from kernel.realtime.engine.polling import Polling, payload, poll, post
from kernel.realtime.engine.refusals import (
    BAD_METHOD,
    BAD_REQUEST,
    FORBIDDEN,
    UNKNOWN_SESSION,
    UNKNOWN_TRANSPORT,
    UNSUPPORTED_VERSION,
    Refused,
)
from kernel.realtime.engine.session import EngineSession
from kernel.realtime.engine.sessions import Sessions
from kernel.realtime.engine.upgrade import Probe, accepted, wants_websocket
from kernel.realtime.engine.websocket import WebSocket

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from kernel.realtime.settings import RealtimeSettings

SID_BYTES = 15  # 120 bits: a session's id is what its requests are known by
TEXT, HTML, JSON = "text/plain; charset=UTF-8", "text/html", "application/json"


class EngineServer:
    """Opens sessions and brings requests to them; knows no Socket.IO.

    `on_open` gets each new session after its `open` packet was queued and sets
    its `on_message` and `on_close`; a Problem it raises refuses the session with
    that status, a session it closes is refused with 403. `origins` is
    `http.cors_origins`; `address` tells a client's address
    (`kernel.http.proxies.client_address`). Heartbeats run on the machine's
    monotonic time, so there is no clock here.
    """

    def __init__(
        self,
        settings: RealtimeSettings,
        *,
        on_open: Callable[[EngineSession], None],
        origins: Sequence[str] = (),
        max_age: int = 600,
        address: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self.settings = settings
        self._sessions = Sessions(settings)
        self.sessions = self._sessions.open
        self._on_open = on_open
        self._origins = Origins(origins, max_age)
        self._address = address
        self._stopping = False
        self._opening = {
            "polling": self._opening_of(["websocket"] if "websocket" in settings.transports else []),
            "websocket": self._opening_of([]),
        }

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request below `settings.path`; PERF: falcon never sees it."""
        status, kind, headers = 200, TEXT, self._origins.headers(environ)
        try:
            answer = self._answer(environ)
            if answer is None:
                return []  # it is a WebSocket's connection now
            kind, body = answer
        except Refused as ex:
            status, kind, body = ex.status, JSON, orjson.dumps({"code": ex.code, "message": str(ex)})
            headers += ex.headers
        headers += [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def upgrade(self, environ: WSGIEnvironment) -> bool:
        """Open a session for a WebSocket handshake; False: nothing was done, `wsgi` is to answer.

        PERF: it needs no greenlet: the server calls it where the connection is accepted.
        """
        query = query_of(environ)
        offered = query.get("transport") == "websocket" and "websocket" in self.settings.transports
        if not offered or "sid" in query or not wants_websocket(environ):
            return False
        try:
            self._open(environ, query, "websocket")
        except Refused:
            return False  # told by `wsgi`, which comes to the same
        return True

    def close_all(self, code: int = 1001, reason: str = "server shutting down") -> None:
        """End every session; `on_close` gets "server shutting down". New ones are refused."""
        self._stopping = True
        for session in list(self.sessions.values()):
            session.end("server shutting down", code, reason)

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, bytes] | None:
        """Return the kind and body of the answer; None when the connection was taken over."""
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return TEXT, b""
        query = query_of(environ)
        transport, sid = query.get("transport", ""), query.get("sid")
        if transport not in self.settings.transports:
            raise Refused(UNKNOWN_TRANSPORT, "Transport unknown")
        if wants_websocket(environ) != (transport == "websocket"):
            raise Refused(BAD_REQUEST, "Bad request")
        if sid is None:
            return self._open(environ, query, transport)
        if transport == "polling":
            return self._polled(environ, sid)
        self._try_upgrade(environ, self._known(sid))
        return None

    def _known(self, sid: str) -> EngineSession:
        session = self._sessions.known(sid)
        if session is None:
            raise Refused(UNKNOWN_SESSION, "Session ID unknown")
        return session

    def _open(
        self, environ: WSGIEnvironment, query: dict[str, str], transport: str
    ) -> tuple[str, bytes] | None:
        """Open a session on either transport."""
        if environ["REQUEST_METHOD"] != "GET":
            raise Refused(BAD_METHOD, "Bad handshake method")
        if query.get("EIO") != "4":
            raise Refused(UNSUPPORTED_VERSION, "Unsupported protocol version")
        if self._stopping:
            raise Refused(BAD_REQUEST, "the server is stopping", 503, [("Retry-After", "1")])
        head = accepted(environ, self._origins) if transport == "websocket" else b""
        connection = _connection(environ) if head else None
        session = self._opened(environ, query, transport)
        if connection is None:
            polling = session.polling or Polling(0)
            return TEXT, payload(polling.take())
        socket = WebSocket(connection.detach(), self._sessions.common, session)
        session.attach(socket, head)
        socket.start()
        return None

    def _opened(self, environ: WSGIEnvironment, query: dict[str, str], transport: str) -> EngineSession:
        """Return a new session, its `open` packet queued; raise Refused when `on_open` does."""
        session = EngineSession(
            secrets.token_urlsafe(SID_BYTES), handshake(environ, query, self._address), self._sessions
        )
        session.send_frame(self._open_packet(session.id, transport))
        try:
            self._on_open(session)
        except Problem as ex:
            raise Refused(FORBIDDEN, ex.detail or ex.title, ex.status, [*ex.headers.items()]) from ex
        if session.closed:
            self._sessions.take_last_words(session.id)
            raise Refused(FORBIDDEN, "the session was refused", 403)
        self._sessions.add(session)
        return session

    def _open_packet(self, sid: str, transport: str) -> Control:
        """Return the packet that opens a session; PERF: only its id is new."""
        return Control(f'0{{"sid":"{sid}",{self._opening[transport]}')

    def _opening_of(self, upgrades: list[str]) -> str:
        """Return what every `open` packet ends in; times in milliseconds."""
        opening = {
            "upgrades": upgrades,
            "pingInterval": round(self.settings.ping_interval * 1000),
            "pingTimeout": round(self.settings.ping_timeout * 1000),
            "maxPayload": self.settings.max_payload,
        }
        return orjson.dumps(opening).decode().removeprefix("{")

    def _try_upgrade(self, environ: WSGIEnvironment, session: EngineSession) -> None:
        """Begin to probe a WebSocket; a second one for the session is opened and closed."""
        head = accepted(environ, self._origins)
        connection = _connection(environ)
        probe = Probe(session)
        socket = WebSocket(connection.detach(), self._sessions.common, probe)
        socket.write(head)
        if session.polling is None or session.probe is not None:
            socket.close(1008, "the session has a WebSocket")
        else:
            probe.watch(socket)
            session.try_upgrade(probe)
        socket.start()

    def _polled(self, environ: WSGIEnvironment, sid: str) -> tuple[str, bytes]:
        """Answer a GET or POST of a session; a closed one's last words once."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "POST"}:
            raise Refused(BAD_METHOD, "Bad request method")
        if method == "GET" and sid in self._sessions.last_words:
            last = self._sessions.take_last_words(sid) or Polling(0)
            return TEXT, payload(last.take())
        session = self._known(sid)
        polling = session.polling
        if polling is None:
            raise Refused(BAD_REQUEST, "the session is on a WebSocket")
        if method == "GET":
            return TEXT, poll(session, polling, environ)
        post(session, polling, environ, self.settings.max_payload)
        return HTML, b"ok"


def _connection(environ: WSGIEnvironment) -> Any:
    """Return what a WebSocket takes over; raise Refused below a server that cannot give it."""
    connection = environ.get("stoa.connection")
    if connection is None:
        raise Refused(BAD_REQUEST, "this server has no WebSockets: use polling")
    return connection

"""From HTTP to WebSocket: the handshake (RFC 6455 §4), and the probe of a session's.

gevent-websocket answers a sound handshake. What is unsound is refused before it
sees it: it meets a malformed key with a server error and an old version with 400
(decision 0024).
"""

from __future__ import annotations

import binascii
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from geventwebsocket.handler import WebSocketHandler

from kernel.realtime.engine.packets import UPGRADE, text_frame
from kernel.realtime.engine.refusals import BAD_METHOD, BAD_REQUEST, FORBIDDEN, Refused

if TYPE_CHECKING:
    from kernel.realtime.engine.origins import Origins
    from kernel.realtime.engine.session import EngineSession
    from kernel.realtime.engine.websocket import WebSocket

KEY_BYTES = 16
_ASKED = ("HTTP_SEC_WEBSOCKET_KEY", "HTTP_SEC_WEBSOCKET_VERSION")
PROBE, PROBED = "2probe", text_frame("3probe")


class _Nowhere:
    """Stands where gevent-websocket looks for the connection: it answers, the engine writes."""

    def read(self, size: int = -1) -> NoReturn:
        """Refuse: the engine reads."""
        raise OSError(size)

    def sendall(self, data: bytes) -> NoReturn:
        """Refuse: the engine writes."""
        raise OSError(len(data))


class _Handshake(WebSocketHandler):  # type: ignore[misc]  # gevent-websocket is untyped
    """gevent-websocket's answer to one handshake, apart from its server and its frames."""

    SUPPORTED_VERSIONS = ("13",)
    logger = logging.getLogger("stoa.realtime")
    application = None
    rfile = socket = _Nowhere()

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.environ = {name: environ[name] for name in _ASKED}
        self._head = b""

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:  # noqa: ARG002 - PEP 3333's
        """Take the answer's status and headers."""
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        self._head = "\r\n".join([*lines, "", ""]).encode("latin-1")

    def answer(self) -> bytes:
        """Return the head that switches protocols."""
        self.upgrade_connection()
        self.websocket.closed = True  # it says goodbye when it goes; the engine's is the WebSocket
        del self.websocket, self.environ
        return self._head


def wants_websocket(environ: Mapping[str, Any]) -> bool:
    """Tell whether the request asks to leave HTTP for a WebSocket."""
    return "websocket" in _tokens(environ.get("HTTP_UPGRADE", ""))


def accepted(environ: Mapping[str, Any], origins: Origins) -> bytes:
    """Return the head that answers a WebSocket handshake; raise Refused for an unsound one."""
    if environ["REQUEST_METHOD"] != "GET":
        raise Refused(BAD_METHOD, "a WebSocket is opened with GET")
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.1":
        raise Refused(BAD_REQUEST, "a WebSocket is opened with HTTP/1.1")
    if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
        raise Refused(BAD_REQUEST, "a handshake has no body")  # its bytes would be read as frames
    if "upgrade" not in _tokens(environ.get("HTTP_CONNECTION", "")):
        raise Refused(BAD_REQUEST, "the Connection header does not ask for an upgrade")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        headers = [("Sec-WebSocket-Version", "13"), ("Upgrade", "websocket")]
        raise Refused(BAD_REQUEST, "Sec-WebSocket-Version must be 13", 426, headers)
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    if not _is_key(key):
        raise Refused(BAD_REQUEST, "Sec-WebSocket-Key is not 16 bytes in base64")
    if not origins.allow(environ):
        raise Refused(FORBIDDEN, "pages of this origin may not connect: see http.cors_origins", 403)
    return _Handshake(environ).answer()


def _tokens(header: str) -> list[str]:
    return [token.strip().lower() for token in header.split(",")]


def _is_key(key: str) -> bool:
    try:
        return len(binascii.a2b_base64(key.encode("ascii"), strict_mode=True)) == KEY_BYTES
    except ValueError:
        return False


class Probe:
    """A session's second connection, until the client has seen that it works."""

    __slots__ = ("_answered", "_session", "_socket")

    def __init__(self, session: EngineSession) -> None:
        self._session = session
        self._answered = False
        self._socket: WebSocket | None = None

    def watch(self, socket: WebSocket) -> None:
        """Probe over `socket`, whose owner this is."""
        self._socket = socket

    def received(self, message: str | bytes) -> None:
        """Answer the probe, then hand the session over; anything else ends the connection."""
        socket = self._socket
        assert socket is not None
        if message == PROBE:
            self._answered = True
            socket.write(PROBED)
            self._session.probed()
        elif message == UPGRADE and self._answered:
            self._socket = None
            self._session.attach(socket)
        else:
            self.close(1002, "not a probe")

    def close(self, code: int, reason: str) -> None:
        """Give up; the session stays on polling."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close(code, reason)
        self._session.unprobed()

    def lost(self, reason: str) -> None:  # noqa: ARG002 - the session does not care why
        """Let the session stay on polling."""
        self._socket = None
        self._session.unprobed()

"""From HTTP to WebSocket: the handshake (RFC 6455 §4), and the probe of a session's.

gevent-websocket's handshake answers a malformed key with a server error and an
old version with 400; written from the RFC it is shorter than what would have to
be replaced (decision 0024).
"""

from __future__ import annotations

import binascii
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from kernel.realtime.engine.packets import UPGRADE, text_frame
from kernel.realtime.engine.refusals import BAD_METHOD, BAD_REQUEST, FORBIDDEN, Refused

if TYPE_CHECKING:
    from kernel.realtime.engine.origins import Origins
    from kernel.realtime.engine.session import EngineSession
    from kernel.realtime.engine.websocket import WebSocket

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
KEY_BYTES = 16
PROBE, PROBED = "2probe", text_frame("3probe")


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
    digest = b64encode(sha1((key + GUID).encode("ascii")).digest())  # noqa: S324 - the RFC's, no secret
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n"
    )


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

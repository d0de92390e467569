"""Engine.IO v4 packets: a digit for the kind, then the data.

Source: github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md
"""

from __future__ import annotations

import binascii
from base64 import b64encode
from collections.abc import Sequence

from kernel.realtime.engine.frames import BINARY, FIN, TEXT, frame

CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "1", "2", "3", "4", "5", "6"
FROM_CLIENT = frozenset((CLOSE, PONG, MESSAGE, NOOP))  # by polling: pings come from the server in v4
SEPARATOR = "\x1e"
MAX_PACKETS = 1024  # in one polling body: more are no client's, and each costs its turn


class MalformedPacket(ValueError):  # noqa: N818 - what it is, as `Violation`
    """A packet or payload that the protocol does not know."""


def text_frame(packet: str) -> bytes:
    """Return a packet as a WebSocket frame."""
    return frame(FIN | TEXT, packet.encode("utf-8", "replace"))


class Frame:
    """One message to many sessions: its parts, encoded once for each transport.

    A part is text or bytes; a Socket.IO packet is one text and its attachments.
    """

    __slots__ = ("_packets", "_wire", "parts")

    def __init__(self, *parts: str | bytes) -> None:
        self.parts = parts
        self._wire: bytes | None = None
        self._packets: tuple[str, ...] | None = None

    @classmethod
    def joined(cls, frames: Sequence[Frame]) -> Frame:
        """Return several messages as one piece, written by one call."""
        whole = cls(*(part for one in frames for part in one.parts))
        whole._wire = b"".join(one.wire for one in frames)
        return whole

    @property
    def wire(self) -> bytes:
        """The WebSocket frames, ready to be written."""
        if self._wire is None:
            self._wire = b"".join(
                text_frame(MESSAGE + part) if isinstance(part, str) else frame(FIN | BINARY, part)
                for part in self.parts
            )
        return self._wire

    @property
    def packets(self) -> tuple[str, ...]:
        """The packets of a polling payload, bytes in base64."""
        if self._packets is None:
            self._packets = tuple(
                MESSAGE + part if isinstance(part, str) else "b" + b64encode(part).decode("ascii")
                for part in self.parts
            )
        return self._packets


class Control(Frame):
    """A packet of the protocol's own, with its digit; not a message."""

    __slots__ = ()

    def __init__(self, packet: str) -> None:
        super().__init__(packet)
        self._packets = (packet,)
        self._wire = text_frame(packet)


PING_FRAME, NOOP_FRAME, CLOSE_FRAME = Control(PING), Control(NOOP), Control(CLOSE)


def decoded_payload(body: bytes) -> list[str | bytes]:
    """Return the packets of a polling body: text with its digit, or an attachment's bytes.

    Raises MalformedPacket, before anything of the body is acted on.
    """
    try:
        pieces = body.decode("utf-8").split(SEPARATOR, MAX_PACKETS)
    except UnicodeDecodeError as ex:
        raise MalformedPacket("the body is not UTF-8") from ex
    if len(pieces) > MAX_PACKETS:
        raise MalformedPacket(f"more than {MAX_PACKETS} packets in a body")
    return [_decoded(piece) for piece in pieces]


def _decoded(piece: str) -> str | bytes:
    if piece[:1] == "b":
        try:
            return binascii.a2b_base64(piece[1:].encode("ascii"), strict_mode=True)
        except ValueError as ex:
            raise MalformedPacket("an attachment is not base64") from ex
    if piece[:1] not in FROM_CLIENT:
        raise MalformedPacket("not a packet a client sends")
    return piece

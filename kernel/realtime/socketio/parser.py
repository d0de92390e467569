"""Socket.IO packets, read: whatever a client sends is a packet or a `ParseError`.

Bounded in size (by the transport), in attachments and in the depth of the
JSON; nothing here raises anything else.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from kernel.errors import StoaError
from kernel.http.reading import MAX_DEPTH, deeper_than
from kernel.realtime.checks import PROTOCOL_EVENTS
from kernel.realtime.socketio.packets import MAIN, Packet, PacketType

_MAX_ID: Final = 2**53 - 1  # what JavaScript counts to exactly
_MAX_NAMESPACE: Final = 100
_BINARY: Final = {PacketType.BINARY_EVENT: PacketType.EVENT, PacketType.BINARY_ACK: PacketType.ACK}
_DIGITS: Final = frozenset("0123456789")


class ParseError(StoaError):
    """What arrived is no Socket.IO packet; the connection is closed."""


class Parser:
    """Reads the messages of one connection, in order, into packets."""

    __slots__ = ("_attachments", "_awaited", "_bytes", "_max_attachments", "_max_bytes", "_packet")

    def __init__(self, max_attachments: int, max_bytes: int) -> None:
        """Take at most so many attachments a packet, of so many bytes together."""
        self._max_attachments, self._max_bytes = max_attachments, max_bytes
        self._packet: Packet | None = None
        self._attachments: list[bytes] = []
        self._awaited = self._bytes = 0

    def feed(self, message: str | bytes) -> Packet | None:
        """Return the packet a message completes; None while attachments are awaited."""
        if isinstance(message, bytes):
            return self._attach(message)
        if self._packet is not None:
            raise ParseError("a text came while attachments were awaited")
        packet, awaited = self._read(message)
        if not awaited:
            return _checked(packet)
        self._packet, self._awaited, self._bytes, self._attachments = packet, awaited, 0, []
        return None

    def _attach(self, message: bytes) -> Packet | None:
        packet = self._packet
        if packet is None:
            raise ParseError("an attachment came that nothing announced")
        self._bytes += len(message)
        if self._bytes > self._max_bytes:
            raise ParseError("the attachments are too large")
        self._attachments.append(message)
        if len(self._attachments) < self._awaited:
            return None
        self._packet, attachments, self._attachments = None, self._attachments, []
        packet.data = _restored(packet.data, attachments)
        return _checked(packet)

    def _read(self, text: str) -> tuple[Packet, int]:
        """Return the packet of a text, and how many attachments follow."""
        if not text or text[0] not in "0123456":
            raise ParseError("unknown packet type")
        kind, at, awaited = PacketType(int(text[0])), 1, 0
        if kind in _BINARY:
            awaited, at = self._count(text)
        namespace = MAIN
        if text[at : at + 1] == "/":
            namespace, _, _ = text[at : at + _MAX_NAMESPACE + 1].partition(",")
            if len(namespace) > _MAX_NAMESPACE:
                raise ParseError("the namespace is too long")
            at += len(namespace) + 1
        end = at
        while text[end : end + 1] in _DIGITS:
            end += 1
            if end - at > len(str(_MAX_ID)):
                raise ParseError("the acknowledgement's id is too large")
        number = int(text[at:end]) if end > at else None
        body = _json(text[end:])
        return Packet(_BINARY.get(kind, kind), namespace, number, body, "\\u0000" in text), awaited

    def _count(self, text: str) -> tuple[int, int]:
        """Return the number of attachments and where the text goes on."""
        digits, dash, _ = text[1:6].partition("-")
        if not dash or not digits or not _DIGITS.issuperset(digits):
            raise ParseError("the number of attachments is missing")
        if int(digits) > self._max_attachments:
            raise ParseError("too many attachments")
        return int(digits), len(digits) + 2


def _json(text: str) -> Any:
    if not text:
        return None
    try:
        value = orjson.loads(text)
    except ValueError as ex:  # not JSON, or not UTF-8 (a lone surrogate)
        raise ParseError("the payload is not JSON") from ex
    if text.count("[") + text.count("{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        raise ParseError("the payload is nested too deeply")
    return value


def _restored(value: Any, attachments: list[bytes]) -> Any:
    """Return the data with its placeholders replaced; as deep as `MAX_DEPTH` at most."""
    if isinstance(value, list):
        return [_restored(each, attachments) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is True:
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(attachments):
            raise ParseError("a placeholder names no attachment")
        return attachments[number]
    return {key: _restored(each, attachments) for key, each in value.items()}


def _checked(packet: Packet) -> Packet:
    """Return the packet if its payload is of the form its type demands."""
    kind, data = packet.type, packet.data
    if kind is PacketType.EVENT:
        sound = isinstance(data, list) and bool(data) and isinstance(data[0], str | int)
        sound = sound and not isinstance(data[0], bool) and data[0] not in PROTOCOL_EVENTS
    elif kind is PacketType.ACK:
        sound = isinstance(data, list) and packet.id is not None
    elif kind is PacketType.CONNECT:
        sound = data is None or isinstance(data, dict)
    elif kind is PacketType.DISCONNECT:
        sound = data is None
    else:
        sound = False  # CONNECT_ERROR is the server's to send
    if not sound:
        raise ParseError(f"the payload of {kind.name} is not valid")
    return packet

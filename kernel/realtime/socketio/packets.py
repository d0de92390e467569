"""Socket.IO packets, written: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`.

Source: Socket.IO protocol, revision 5 (socketio/socket.io-protocol). A packet
is one text, followed by as many binary messages as it has attachments; where
bytes were, the JSON holds `{"_placeholder": true, "num": n}`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import orjson

MAIN: Final = "/"
"""The namespace that is not named on the wire."""


class PacketType(IntEnum):
    """The first character of a packet."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


@dataclass(slots=True)
class Packet:
    """One packet, read. `data` is None where there was no JSON; `nul` says that U+0000 may be in it."""

    type: PacketType
    namespace: str = MAIN
    id: int | None = None
    data: Any = None
    nul: bool = False


def encoded(type: PacketType, namespace: str, id: int | None, data: Any) -> tuple[str | bytes, ...]:
    """Return the messages of a packet: its text, then its attachments.

    Raises TypeError when `data` is nothing JSON, with bytes in it, can hold.
    """
    attachments: list[bytes] = []
    body = "" if data is None else orjson.dumps(data, default=_collector(attachments)).decode()
    kind = str(int(type))
    if attachments:
        binary = PacketType.BINARY_ACK if type is PacketType.ACK else PacketType.BINARY_EVENT
        kind = f"{int(binary)}{len(attachments)}-"
    where = "" if namespace == MAIN else f"{namespace},"
    return (f"{kind}{where}{'' if id is None else id}{body}", *attachments)


def _collector(attachments: list[bytes]) -> Callable[[Any], Any]:
    """Return orjson's `default`, which takes bytes out and leaves placeholders."""

    def placeholder(value: Any) -> Any:
        if isinstance(value, bytes | bytearray | memoryview):
            attachments.append(bytes(value))
            return {"_placeholder": True, "num": len(attachments) - 1}
        if isinstance(value, frozenset | set):
            return sorted(value)
        raise TypeError(f"{type(value).__name__} cannot be sent: convert it first")

    return placeholder


def event(namespace: str, name: str, args: list[Any], id: int | None = None) -> tuple[str | bytes, ...]:
    """Return the messages of an event; with an `id` the client is asked to acknowledge it."""
    return encoded(PacketType.EVENT, namespace, id, [name, *args])

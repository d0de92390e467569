"""What processes tell each other: a line of JSON, then the event's data as it is.

The data is JSON text already; it is neither read nor written again on its way
from the transaction to the sockets of another process.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import orjson

from kernel.realtime.live_room import RoomKey
from kernel.realtime.sequencer import StreamEvent
from kernel.realtime.streams import Appended


class Volatile(NamedTuple):
    """An event without a number; `but` is the sid of a socket that does not get it."""

    room: RoomKey
    name: str
    data: str
    but: str | None = None


Message = Appended | Volatile


def encode(node: str, message: Message) -> bytes:
    """Return a message of process `node`."""
    head: list[object]
    if isinstance(message, Volatile):
        head = [node, *message.room, message.name, message.but]
        return orjson.dumps(head) + b"\n" + message.data.encode()
    event = message.event
    head = [node, *message.room, event.name, None, message.epoch, event.seq, event.ref]
    head += [event.expires_at, message.rights]
    return orjson.dumps(head) + b"\n" + event.data.encode()


def decode(text: bytes) -> tuple[str, Message]:
    """Return who sent a message of `encode`, and the message; raise ValueError for anything else."""
    head, _, data = text.partition(b"\n")
    node, namespace, room, name, but, *durable = orjson.loads(head)
    if not durable:
        return node, Volatile((namespace, room), name, data.decode(), but)
    epoch, seq, ref, expires_at, rights = durable
    until = datetime.fromisoformat(expires_at) if expires_at else None
    event = StreamEvent(seq, name, data.decode(), ref, until)
    return node, Appended((namespace, room), epoch, event, rights)

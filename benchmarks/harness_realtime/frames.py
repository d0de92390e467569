"""WebSocket frames as a client sends and reads them (RFC 6455 §5).

Written for the load client: as few Python steps a frame as there can be, and
masks of zeros, which every server applies like any other.
"""

from __future__ import annotations

from collections.abc import Callable

TEXT, CLOSE, PING, FIN, MASKED = 0x1, 0x8, 0x9, 0x80, 0x80
NO_MASK = b"\0\0\0\0"
SHORT, LONG = 126, 127


def masked(payload: bytes, first: int = FIN | TEXT) -> bytes:
    """Return a client's frame."""
    size = len(payload)
    if size < SHORT:
        head = bytes((first, MASKED | size))
    elif size < 1 << 16:
        head = bytes((first, MASKED | SHORT)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, MASKED | LONG)) + size.to_bytes(8, "big")
    return head + NO_MASK + payload


def parsed(data: bytes, take: Callable[[int, bytes], None]) -> bytes:
    """Give `take` the opcode and payload of each whole frame; return what is left."""
    at, end = 0, len(data)
    while end - at > 1:
        size, start = data[at + 1], at + 2
        if size == SHORT:
            start += 2
            size = int.from_bytes(data[at + 2 : start], "big")
        elif size == LONG:
            start += 8
            size = int.from_bytes(data[at + 2 : start], "big")
        stop = start + size
        if start > end or stop > end:
            break
        take(data[at] & 15, data[start:stop])
        at = stop
    return data[at:]

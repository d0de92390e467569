"""The latest events of hot rooms, in memory, so that most recoveries read nothing."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

from kernel.realtime.sequencer import StreamEvent

_OVERHEAD = 250  # bytes one event takes besides its data


class Ring:
    """The end of one room's stream, without a gap."""

    __slots__ = ("bytes", "events")

    def __init__(self) -> None:
        self.events: deque[StreamEvent] = deque()
        self.bytes = 0

    def since(self, seq: int) -> Sequence[StreamEvent] | None:
        """Return the events after `seq`; None when they go further back than this."""
        if not self.events or self.events[0].seq > seq + 1:
            return None
        return [event for event in self.events if event.seq > seq]

    def clear(self) -> None:
        """Keep nothing."""
        self.events.clear()
        self.bytes = 0


class Rings:
    """All rings of a process: so many events each, so many bytes in all."""

    def __init__(self, events: int, bytes: int) -> None:
        self._events, self._bytes = events, bytes
        self._latest: OrderedDict[int, Ring] = OrderedDict()
        self.bytes = 0

    def append(self, ring: Ring, event: StreamEvent) -> None:
        """Add the next event; the ring that was longest without one makes room."""
        size = len(event.data) + _OVERHEAD
        ring.events.append(event)
        ring.bytes += size
        self.bytes += size
        self._latest[id(ring)] = ring
        self._latest.move_to_end(id(ring))
        while len(ring.events) > self._events:
            self._drop_first(ring)
        while self.bytes > self._bytes and self._latest:
            self.clear(next(iter(self._latest.values())))

    def clear(self, ring: Ring) -> None:
        """Empty a ring: it is redacted, or no longer needed."""
        self.bytes -= ring.bytes
        ring.clear()
        self._latest.pop(id(ring), None)

    def _drop_first(self, ring: Ring) -> None:
        size = len(ring.events.popleft().data) + _OVERHEAD
        ring.bytes -= size
        self.bytes -= size

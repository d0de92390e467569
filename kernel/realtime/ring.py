"""The latest events of hot rooms, in memory, so that most recoveries read nothing."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from kernel.realtime.sequencer import StreamEvent

_OVERHEAD = 250  # bytes one event takes besides its data


class Ring:
    """The end of one room's stream, without a gap.

    `redacted` is the number up to which an event that arrives may still hold what
    was taken back since: it is not kept.
    """

    __slots__ = ("bytes", "events", "redacted")

    def __init__(self) -> None:
        self.events: deque[StreamEvent] = deque()
        self.bytes = self.redacted = 0

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
    """All rings of a process: so many events each, so many bytes in all.

    `hears()` tells whether redactions arrive now; nothing is kept while it says no.
    """

    def __init__(self, events: int, bytes: int, hears: Callable[[], bool] = lambda: True) -> None:
        self._events, self._bytes, self._hears = events, bytes, hears
        self._latest: OrderedDict[int, Ring] = OrderedDict()
        self.bytes = 0

    def append(self, ring: Ring, event: StreamEvent) -> None:
        """Add the next event; the ring that was longest without one makes room."""
        if event.seq <= ring.redacted or not self._hears():
            self.clear(ring)
            return
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
        """Empty a ring: it is no longer needed, or not to be told from."""
        self.bytes -= ring.bytes
        ring.clear()
        self._latest.pop(id(ring), None)

    def redact(self, ring: Ring, upto: int) -> None:
        """Empty a ring: events up to this number are not what they were."""
        ring.redacted = max(ring.redacted, upto)
        self.clear(ring)

    def verify(self) -> None:
        """Empty every ring if redactions may have been missed."""
        if self.bytes and not self._hears():
            self.clear_all()

    def clear_all(self) -> None:
        """Empty every ring."""
        for ring in list(self._latest.values()):
            self.clear(ring)

    def _drop_first(self, ring: Ring) -> None:
        size = len(ring.events.popleft().data) + _OVERHEAD
        ring.bytes -= size
        self.bytes -= size

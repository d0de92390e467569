"""Put a room's events in order, whichever way and however often they arrive.

Pure: no I/O and no clock. Events come from the process itself, from Redis and
from a repairing SELECT; announcements (NOTIFY) say how far the stream is. Each
event is let through once, in order; a gap leaves the sequencer `behind` until
the stream was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from kernel.realtime.recovery import UNWRITTEN, Position

HELD: Final = 1000
"""Events held beyond a gap; what does not fit is read from the stream again."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream; `data` is JSON text, sent on as it is."""

    seq: int
    name: str
    data: str
    ref: str | None = None
    expires_at: datetime | None = None


class Slice(NamedTuple):
    """What a SELECT saw of a stream: how far it is, and the events that were asked for.

    `floor` is the last event dropped from history. `events` are consecutive, from
    the one after the position asked with; there may be more up to `position`.
    `rights` counts the changes of rights they may come after.
    """

    position: Position
    floor: int = 0
    events: tuple[StreamEvent, ...] = ()
    rights: int = 0

    def continues(self, asked: Position) -> bool:
        """Tell whether somebody at `asked` can go on with this stream's events."""
        if asked.epoch != self.position.epoch and asked != UNWRITTEN:
            return False
        return self.floor <= asked.seq <= self.position.seq


class Sequencer:
    """Where this process is in one stream."""

    __slots__ = ("_announced", "_doubted", "_held", "epoch", "last")

    def __init__(self, position: Position) -> None:
        self.epoch, self.last = position
        self._announced = self.last
        self._doubted = False
        self._held: dict[int, StreamEvent] = {}

    @property
    def position(self) -> Position:
        """The last event let through."""
        return Position(self.epoch, self.last)

    @property
    def behind(self) -> bool:
        """Whether there is more in the stream than was let through, or may be."""
        return self._doubted or bool(self._held) or self._announced > self.last

    def announce(self, position: Position) -> None:
        """Take the news that the stream has come this far."""
        if self._knows(position.epoch):
            self._announced = max(self._announced, position.seq)

    def offer(self, epoch: str, event: StreamEvent) -> list[StreamEvent]:
        """Take an event; return those that are next in order now, perhaps none."""
        if not self._knows(epoch) or event.seq <= self.last:
            return []
        if event.seq > self.last + 1 and len(self._held) >= HELD:
            self._announced = max(self._announced, event.seq)
            return []
        self._held[event.seq] = event
        return self._released()

    def ask(self) -> Position:
        """Return the position to read the stream from; doubts that come later stand."""
        self._doubted = False
        return self.position

    def doubt(self) -> None:
        """Be behind until the stream was read: something may have been missed."""
        self._doubted = True

    def repair(self, asked: Position, found: Slice) -> list[StreamEvent] | None:
        """Take what a SELECT found past `ask()`'s position; return what is next in order.

        None: the events between are gone, or the stream is another. The sequencer
        is then where the stream was; members must take a snapshot.
        """
        if self.epoch != asked.epoch and found.position.epoch == asked.epoch:
            return []  # the first event of all arrived after that look
        moved = self.last != asked.seq  # live events closed the gap that was asked about
        if not (found.continues(asked) or (moved and found.position.epoch == self.epoch)):
            self._restart(found.position, set_back=found.position.seq < asked.seq)
            return None
        self.epoch = found.position.epoch
        self._announced = max(self._announced, found.position.seq)
        self._held.update((event.seq, event) for event in found.events if event.seq > self.last)
        return self._released()

    def _knows(self, epoch: str) -> bool:
        """Tell whether this is the stream; the first event of one that was unwritten names it."""
        if epoch == self.epoch:
            return True
        if self.position == UNWRITTEN and not self._held:
            self.epoch = epoch
            return True
        self._doubted = True
        return False

    def _restart(self, position: Position, *, set_back: bool) -> None:
        """Go to where the stream is; what was heard of another, or of one restored from a backup, is void."""
        if position.epoch != self.epoch or set_back:
            self._announced = 0
            self._held.clear()
        self.epoch, self.last = position
        self._announced = max(self._announced, self.last)
        self._held = {seq: event for seq, event in self._held.items() if seq > self.last}

    def _released(self) -> list[StreamEvent]:
        released = list(self._next())
        for event in released:
            self.last = event.seq
        return released

    def _next(self) -> Iterable[StreamEvent]:
        seq = self.last + 1
        while (event := self._held.pop(seq, None)) is not None:
            yield event
            seq += 1

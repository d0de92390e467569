"""A room that somebody of this process is in, or was a moment ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import orjson

from kernel.realtime.members import Members
from kernel.realtime.recovery import UNWRITTEN, Position, Recovery
from kernel.realtime.ring import Ring
from kernel.realtime.sequencer import HELD, Sequencer, Slice, StreamEvent

RoomKey = tuple[str, str]
"""A namespace and the name of a room in it."""

_ENVELOPE: Final = 150  # bytes an event's number and room take, about
VOLATILE: Final = Recovery(Position("", 0))
"""What joining a room without a stream gives: there is nothing to recover."""


class LiveRoom:
    """Members, where the stream is here, and the latest of it.

    Until the stream was read for the first time there is no sequencer, and what
    arrives is kept aside for it.
    """

    __slots__ = ("_announced", "_early", "joining", "key", "members", "redactions", "ring", "sequencer")

    def __init__(self, key: RoomKey) -> None:
        self.key = key
        self.members = Members()
        self.ring = Ring()
        self.sequencer: Sequencer | None = None
        self.joining = self.redactions = 0
        self._early: list[tuple[str, StreamEvent]] = []
        self._announced: dict[str, int] = {}  # how far each epoch was said to be

    @property
    def idle(self) -> bool:
        """Whether nobody is in, and nobody is about to be."""
        return not self.members and not self.joining

    @property
    def behind(self) -> bool:
        """Whether the stream has more than was delivered here."""
        return self.sequencer is not None and self.sequencer.behind

    def offer(self, epoch: str, event: StreamEvent) -> list[StreamEvent]:
        """Take an event that arrived; return those to deliver now, in order."""
        if self.sequencer is not None:
            return self.sequencer.offer(epoch, event)
        self._await(Position(epoch, event.seq))
        if len(self._early) < HELD:
            self._early.append((epoch, event))
        return []

    def announce(self, position: Position) -> None:
        """Take the news of how far the stream is."""
        if self.sequencer is not None:
            self.sequencer.announce(position)
        else:
            self._await(position)

    def begin(self, position: Position) -> list[StreamEvent]:
        """Start where the stream was read to be; return what arrived past it since."""
        if self.sequencer is not None:
            return []
        self.sequencer = Sequencer(position)
        early, self._early = self._early, []
        released = [one for epoch, event in early for one in self.sequencer.offer(epoch, event)]
        for epoch, seq in self._announced.items():
            self.sequencer.announce(Position(epoch, seq))
        return released

    def _await(self, position: Position) -> None:
        epoch, seq = position
        self._announced[epoch] = max(seq, self._announced.get(epoch, 0))

    def needs_reading(self, position: Position | None) -> bool:
        """Say whether memory does not tell what somebody at `position` missed."""
        here = self.sequencer
        if here is None:
            return True
        if position is None:
            return False
        if position.epoch != here.epoch and UNWRITTEN not in (position, here.position):
            return False
        return position.seq > here.last or (
            position.seq < here.last and self.ring.since(position.seq) is None
        )

    def outran(self, position: Position | None, found: Slice) -> bool:
        """Say whether this moved on since `found` was read, and what came between is not at hand."""
        if position is None or not found.continues(position) or self.position.epoch != found.position.epoch:
            return False
        return found.position.seq < self.position.seq and self.ring.since(found.position.seq) is None

    def recovery(self, position: Position | None, found: Slice | None, now: datetime) -> tuple[Recovery, int]:
        """Return what a member that stood at `position` is told, and its size in bytes."""
        if position is None:
            return Recovery(self.position), 0
        if found is not None and position.seq > self.position.seq and found.continues(position):
            return Recovery(position, recovered=True), 0  # it saw elsewhere what is yet to come here
        missed = self._missed(position, found)
        if missed is None:
            return Recovery(self.position), 0
        told = tuple(self.wire(self.position.epoch, missed, now))
        return Recovery(self.position, recovered=True, events=told), sum(map(_size, missed))

    def _missed(self, position: Position, found: Slice | None) -> list[StreamEvent] | None:
        """Return the events between `position` and here; None: they cannot be had.

        `found` is what a SELECT saw past `position`, if one was made. It may have
        been made before the latest event here, which is then taken from memory; or
        see further than here, which is then yet to come live.
        """
        here = self.position
        if position.epoch != here.epoch and position != UNWRITTEN:
            return None
        if position.seq >= here.seq:
            return [] if position.seq == here.seq else None
        recent = self.ring.since(position.seq)
        if recent is not None:
            return list(recent)
        if found is None or not found.continues(position):
            return None
        events = [event for event in found.events if event.seq <= here.seq]
        reached = position.seq + len(events)
        if reached == here.seq:
            return events
        later = self.ring.since(reached) if reached == found.position.seq else None
        return None if later is None else [*events, *later]

    @property
    def position(self) -> Position:
        """The last event delivered here."""
        if self.sequencer is None:
            raise AssertionError("the stream was read before anybody is answered")
        return self.sequencer.position

    def wire(self, epoch: str, events: Iterable[StreamEvent], now: datetime) -> Iterable[list[Any]]:
        """Yield events as clients get them: `[name, data, at]`."""
        for event in events:
            at = {"room": self.key[1], "epoch": epoch, "seq": event.seq}
            yield [event.name, _data(event, now), at]


def _data(event: StreamEvent, now: datetime) -> Any:
    """Return an event's data, as it was written; after its end, a tombstone."""
    if event.expires_at is not None and event.expires_at <= now:
        return {"expired": True, "ref": event.ref}
    return orjson.Fragment(event.data)


def _size(event: StreamEvent) -> int:
    return len(event.data) + len(event.name) + _ENVELOPE

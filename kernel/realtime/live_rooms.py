"""The live rooms of a process, and what arrives for them.

Everything here happens under one lock, without I/O and without a switch.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import structlog

from kernel.clock import Clock
from kernel.locks import brief_rlock
from kernel.realtime.engine import Frame
from kernel.realtime.fanout import Fanout
from kernel.realtime.live_room import LiveRoom, RoomKey
from kernel.realtime.members import Member
from kernel.realtime.recovery import Position, Recovery
from kernel.realtime.rights import Early, Rights
from kernel.realtime.ring import Rings
from kernel.realtime.sequencer import Slice, StreamEvent
from kernel.realtime.settings import RealtimeSettings
from kernel.realtime.socketio.packets import event as packet
from kernel.realtime.traffic import Traffic

log = structlog.get_logger(__name__)
Family = tuple[str, str]
"""A namespace and the name of a family of rooms in it."""

GRACE: Final = 0.03
"""Seconds an announced event has to arrive by a quicker way before the stream is read."""
_IDLE: Final = 10_000
"""Rooms nobody is in that are remembered for who returns."""


def family_of(key: RoomKey) -> Family:
    """Return the family a room belongs to."""
    return key[0], key[1].partition(":")[0]


class LiveRooms:
    """Rooms with members here, or with members a moment ago.

    `on_lag` is called when a room is behind its stream, `on_family(family)` when
    the first room of a family opens or the last one closes; neither may wait.
    `hears()` tells whether notifications arrive now; without, memory is not believed.
    """

    def __init__(
        self,
        settings: RealtimeSettings,
        clock: Clock,
        traffic: Traffic,
        *,
        hears: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = brief_rlock()
        # A reader that is further behind is cut off; it would be so if its room could be.
        self.fanout = Fanout(self.lock, settings.queue_bytes, traffic.delivered)
        self._traffic = traffic
        self.rights = Rights(monotonic)
        self._held: set[Member] = set()
        self._burst = settings.queue_bytes // 2
        self.rings = Rings(settings.ring, settings.ring_bytes, hears)
        self.on_lag: Callable[[], None] = lambda: None
        self.on_family: Callable[[Family], None] = lambda _: None
        self.families: Counter[Family] = Counter()
        self._clock, self._monotonic = clock, monotonic
        # As long as clients take to return, and some.
        self._lingers = 3 * settings.reconnect_window
        self._rooms: dict[RoomKey, LiveRoom] = {}
        self._idle: OrderedDict[RoomKey, float] = OrderedDict()
        self._lagging: dict[RoomKey, float] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def get(self, key: RoomKey) -> LiveRoom | None:
        """Return a room, if it is live."""
        return self._rooms.get(key)

    # -- opening and closing (under the lock) --------------------------------

    def open(self, key: RoomKey) -> LiveRoom:
        """Return a room for somebody who is about to join; `settle` follows."""
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = LiveRoom(key)
            self._count(key, 1)
        self._idle.pop(key, None)
        room.joining += 1
        return room

    def settle(self, room: LiveRoom) -> None:
        """Note that one who was about to join did, or did not."""
        room.joining -= 1
        self.emptied(room)

    def emptied(self, room: LiveRoom) -> None:
        """Let a room go, after a while, if nobody is in."""
        if not room.idle:
            return
        if room.sequencer is None or not self._lingers:
            self._forget(room.key)
        else:
            self._idle[room.key] = self._monotonic() + self._lingers
            if len(self._idle) > _IDLE:  # a client that joins and leaves must not fill the memory
                self._forget(next(iter(self._idle)))
            self.on_lag()

    def _forget(self, key: RoomKey) -> None:
        room = self._rooms.pop(key, None)
        self._idle.pop(key, None)
        self._lagging.pop(key, None)
        if room is not None:
            self.rings.clear(room.ring)
            self._count(key, -1)

    def _count(self, key: RoomKey, change: int) -> None:
        family = family_of(key)
        self.families[family] += change
        if self.families[family] == (1 if change > 0 else 0):
            self.families += Counter()  # drops what is at zero
            self.on_family(family)

    # -- what arrives --------------------------------------------------------

    def begin(self, found: Mapping[RoomKey, Slice]) -> None:
        """Start the rooms that waited for their streams to be read."""
        with self.lock:
            for key, slice_ in found.items():
                room = self._rooms.get(key)
                if room is not None and room.sequencer is None:
                    self._release(room, room.begin(slice_.position))

    def offer(self, key: RoomKey, epoch: str, event: StreamEvent, rights: int = 0) -> None:
        """Take an event of a stream, wherever it comes from, sent after so many changes of rights."""
        with self.lock:
            room = self._rooms.get(key)
            if room is None:
                return
            if rights > self.rights.heard:
                self.rights.wait(Early(rights, key, epoch, event))
            else:
                self._release(room, room.offer(epoch, event))

    def settle_rights(self, rights: int) -> None:
        """Take the news that so many changes of rights were announced; deliver what waited for them."""
        with self.lock:
            for early in self.rights.hear(rights):
                self.offer(early.room, early.epoch, early.event, early.rights)

    def announce(self, key: RoomKey, position: Position, grace: float) -> None:
        """Take the news that a stream has come this far; read it unless the rest comes within `grace` s."""
        with self.lock:
            room = self._rooms.get(key)
            if room is not None:
                room.announce(position)
                self._check(room, grace)

    def doubt(self) -> None:
        """Compare every room with its stream now: news may have been missed, of redactions too."""
        with self.lock:
            self.rings.clear_all()
            for room in self._rooms.values():
                if room.sequencer is not None:
                    room.sequencer.doubt()
                    self._check(room, 0)

    def redacted(self, key: RoomKey, upto: int) -> None:
        """Forget what is remembered of a room: some of it, up to this number, is not to be told any more."""
        with self.lock:
            room = self._rooms.get(key)
            if room is not None:
                room.redactions += 1
                self.rings.redact(room.ring, upto)

    def _release(self, room: LiveRoom, events: Iterable[StreamEvent]) -> None:
        """Deliver events that are next in order."""
        assert room.sequencer is not None or not events
        now, overflowed = self._clock.now(), False
        for event in events:
            self.rings.append(room.ring, event)
            if room.members and not overflowed:
                [told] = room.wire(room.position.epoch, [event], now)
                overflowed = not self.fanout.write(room.members, _frame(room.key, *told))
        if overflowed:
            self._overflow(room)
        self._check(room, GRACE)

    def _check(self, room: LiveRoom, grace: float) -> None:
        """Have the stream read after `grace`, or no more, as it turns out."""
        if not room.behind:
            self._lagging.pop(room.key, None)
            return
        due = self._monotonic() + grace
        if due < self._lagging.get(room.key, float("inf")):
            self._lagging[room.key] = due
            self.on_lag()

    # -- sockets whose rights are in question --------------------------------

    def hold(self, member: Member) -> None:
        """Keep what its rooms would give a socket, from now on, in order."""
        with self.lock:
            self._held.add(member)
            for room in self._rooms_of(member):
                room.members.hold(member)

    def free(self, member: Member) -> None:
        """Give a socket what was kept of the rooms it is still in; too much is told as after an overflow.

        It comes in one go: over half of the socket's queue of all rooms would be too much.
        """
        with self.lock:
            self._held.discard(member)
            left = self._burst
            for room in self._rooms_of(member):
                given = room.members.free(member, left)
                if given is not None:
                    left -= given
                    continue
                self._traffic.overflowed(member.namespace)
                if room.sequencer is not None:
                    member.deliver(_anew(room))

    def is_held(self, member: Member) -> bool:
        """Tell whether a socket is given nothing at present."""
        return member in self._held

    def _rooms_of(self, member: Member) -> list[LiveRoom]:
        found = (self._rooms.get((member.namespace, room)) for room in member.rooms)
        return [room for room in found if room is not None]

    # -- repair --------------------------------------------------------------

    def overdue(self) -> dict[RoomKey, Position | None]:
        """Return the rooms to read, and where they are; close those idle for long."""
        with self.lock:
            now = self._monotonic()
            for key in [key for key, until in self._idle.items() if until <= now]:
                self._forget(key)
            asked: dict[RoomKey, Position | None] = {}
            for key in [key for key, due in self._lagging.items() if due <= now]:
                del self._lagging[key]
                sequencer = self._rooms[key].sequencer
                if sequencer is not None:
                    asked[key] = sequencer.ask()
            return asked

    def patience(self) -> float | None:
        """Return for how many seconds nothing is to be done, None for until something arrives."""
        with self.lock:
            moments = [*self._lagging.values(), *list(self._idle.values())[:1], *self.rights.due]
            return max(0.0, min(moments) - self._monotonic()) if moments else None

    def repair(self, asked: Mapping[RoomKey, Position | None], found: Mapping[RoomKey, Slice]) -> None:
        """Deliver what a SELECT found; tell the members of a stream that broke to start anew.

        What may come after a change of rights that was not heard yet is read again.
        """
        with self.lock:
            if max((slice_.rights for slice_ in found.values()), default=0) > self.rights.heard:
                self.rights.expect()
                self.unrepaired(asked, GRACE)
                return
            for key, position in asked.items():
                room = self._rooms.get(key)
                if room is None or room.sequencer is None or position is None:
                    continue
                events = room.sequencer.repair(position, found[key])
                if events is None:
                    self._restart(room)
                else:
                    self._release(room, events)

    def unrepaired(self, asked: Iterable[RoomKey], pause: float) -> None:
        """Have these read again after `pause` seconds: they could not be now."""
        with self.lock:
            for key in asked:
                room = self._rooms.get(key)
                if room is not None and room.sequencer is not None:
                    room.sequencer.doubt()
                    self._check(room, pause)

    def _restart(self, room: LiveRoom) -> None:
        self.rings.clear(room.ring)
        self._tell_to_start_anew(room)
        self._check(room, 0)

    def _overflow(self, room: LiveRoom) -> None:
        """Drop what waits for a room that gets more than this process can write to all its members."""
        self._traffic.overflowed(room.key[0])
        log.warning("room_overflowed", namespace=room.key[0], room=room.key[1], members=len(room.members))
        self._tell_to_start_anew(room)

    def _tell_to_start_anew(self, room: LiveRoom) -> None:
        """Have every member take a snapshot; what waits for them came before it."""
        self.fanout.forget(room.members)
        self.fanout.write(room.members, _anew(room))


def _anew(room: LiveRoom) -> Frame:
    """Return what tells a member to take a snapshot."""
    return _frame(room.key, "rooms", {"rooms": {room.key[1]: Recovery(room.position).described()}})


def _frame(key: RoomKey, name: str, *args: Any) -> Frame:
    return Frame(*packet(key[0], name, list(args)))

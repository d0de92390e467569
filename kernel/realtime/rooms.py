"""The rooms of this process: who is in, and what each gets, in order.

What makes "missed, then live" exact: a socket becomes a member and is answered
under one lock without a switch, so between the end of what it is told it missed
and its first live event nothing can slip in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from kernel.clock import Clock
from kernel.realtime.engine import Frame
from kernel.realtime.live_room import VOLATILE, LiveRoom, RoomKey
from kernel.realtime.live_rooms import LiveRooms
from kernel.realtime.members import Member
from kernel.realtime.recovery import Position, Recovery
from kernel.realtime.sequencer import Slice
from kernel.realtime.settings import RealtimeSettings
from kernel.realtime.streams import Streams
from kernel.realtime.traffic import Traffic

__all__ = ["Answer", "Asked", "Member", "Rooms"]

Answer = Callable[[dict[str, Recovery]], None]

_READS: Final = 3  # looks at a stream that moves on faster than one can look


@dataclass(frozen=True, slots=True)
class Asked:
    """What a socket's rights were asked with.

    `rights` was `Rooms.rights` before; `again()` asks once more and returns the
    rooms; `still()` tells, without waiting, whether no change was heard since.
    """

    rights: int
    again: Callable[[], Collection[str]]
    still: Callable[[], bool]


@dataclass(slots=True, eq=False)
class _Joining:
    """A join under way; what is left meanwhile goes from `rooms`."""

    member: Member
    rooms: dict[str, Position | None]
    opened: dict[str, LiveRoom] = field(default_factory=dict)
    found: dict[RoomKey, Slice] = field(default_factory=dict)
    redactions: dict[RoomKey, int] = field(default_factory=dict)
    dropped: bool = False

    def tells_more_than(self, rights: int) -> bool:
        """Say whether what was read may come after a change of rights that was not heard before."""
        return any(one.events and one.rights > rights for one in self.found.values())


class Rooms:
    """Members of the rooms of one process.

    `is_durable(namespace, room)` tells whether a room has a stream;
    `on_join()` is called before each join, and may do I/O.
    """

    def __init__(
        self,
        settings: RealtimeSettings,
        streams: Streams,
        live: LiveRooms,
        clock: Clock,
        traffic: Traffic,
        *,
        is_durable: Callable[[str, str], bool],
        on_join: Callable[[], None] = lambda: None,
    ) -> None:
        self._streams, self._live, self._clock, self._traffic = streams, live, clock, traffic
        self._is_durable, self._on_join = is_durable, on_join
        self._history = settings.history
        # An answer that fills the socket's queue would close the socket, again and again.
        self._bytes = settings.queue_bytes // 2
        self._under_way: dict[int, list[_Joining]] = {}

    def join(
        self,
        member: Member,
        rooms: Mapping[str, Position | None],
        answer: Answer | None = None,
        asked: Asked | None = None,
    ) -> dict[str, Recovery]:
        """Let a socket into rooms it may be in, and tell it what it missed since each position.

        One SELECT at most (rarely three), however many rooms; none when all are at
        hand. `answer` is called in the same breath in which the socket becomes a
        member, so what it queues comes before the first live event and none is
        missed or doubled; it must not wait. A room the socket is in already is
        recovered again. A socket dropped meanwhile is not let in, nor answered; a
        room left meanwhile is not in the answer. With `asked`, neither is a socket
        whose rights have changed since.

        `Recovery.events` hold `orjson.Fragment`: encode them with orjson.
        """
        self._on_join()
        joining = _Joining(member, dict(rooms))
        self._open(joining)
        try:
            for _ in range(_READS):
                unread = self._unread(joining)
                if not unread:
                    break
                found = self._streams.read(unread, self._history, whole=True, most=self._bytes)
                joining.found.update(found)
                self._live.begin(joining.found)
            if asked is not None and joining.tells_more_than(asked.rights):
                self._restrict(joining, asked.again())
            with self._live.lock:
                if asked is not None and not asked.still():
                    return {}
                return self._admit(joining, answer)
        finally:
            self._close(joining)

    def leave(self, member: Member, room: str) -> None:
        """Take a socket out of a room."""
        with self._live.lock:
            for joining in self._under_way.get(id(member), ()):
                joining.rooms.pop(room, None)
            self._remove(member, room)

    def drop(self, member: Member) -> None:
        """Take a socket out of all its rooms; a join of it that is under way comes to nothing."""
        with self._live.lock:
            for joining in self._under_way.get(id(member), ()):
                joining.dropped = True
            for room in tuple(member.rooms):
                self._remove(member, room)

    def hold(self, member: Member) -> None:
        """Give a socket nothing of its rooms, or of those it joins, until `free`: its rights are in doubt.

        What comes is kept in order, of each room at most `queue_bytes`.
        """
        self._live.hold(member)

    def free(self, member: Member) -> None:
        """Give a socket what was kept of the rooms it is in still, and what comes."""
        self._live.free(member)

    @property
    def rights(self) -> int:
        """How many changes of rights were heard of: to be read before anybody is asked about rights."""
        return self._live.rights.heard

    def prepare(self) -> None:
        """Get ready to let sockets in; may do I/O. Before anybody is asked about rights."""
        self._on_join()

    def members(self, namespace: str, room: str) -> set[Member]:
        """Return the sockets of this process that are in a room."""
        with self._live.lock:
            live = self._live.get((namespace, room))
            return set(live.members) if live else set()

    def deliver(self, namespace: str, room: str, frame: Frame, but: str | None = None) -> None:
        """Write a volatile frame to every member in this process, except the socket whose sid is `but`."""
        with self._live.lock:
            live = self._live.get((namespace, room))
            if live and not self._live.fanout.write(live.members, frame, but):
                self._traffic.overflowed(namespace)

    # -- joining -------------------------------------------------------------

    def _open(self, joining: _Joining) -> None:
        with self._live.lock:
            self._under_way.setdefault(id(joining.member), []).append(joining)
            for room in joining.rooms:
                joining.opened[room] = self._live.open((joining.member.namespace, room))

    def _close(self, joining: _Joining) -> None:
        with self._live.lock:
            others = self._under_way[id(joining.member)]
            others.remove(joining)
            if not others:
                del self._under_way[id(joining.member)]
            for live in joining.opened.values():
                self._live.settle(live)

    def _restrict(self, joining: _Joining, allowed: Collection[str]) -> None:
        with self._live.lock:
            for room in joining.rooms.keys() - allowed:
                del joining.rooms[room]

    def _unread(self, joining: _Joining) -> dict[RoomKey, Position | None]:
        """Return the rooms of which memory, and what was read, do not tell what was missed."""
        with self._live.lock:
            self._live.rings.verify()
            unread = {
                live.key: (joining.rooms.get(room), live.redactions)
                for room, live in joining.opened.items()
                if self._is_durable(*live.key) and self._is_unread(joining, room, live)
            }
        joining.redactions |= {key: redactions for key, (_, redactions) in unread.items()}
        return {key: position for key, (position, _) in unread.items()}

    def _is_unread(self, joining: _Joining, room: str, live: LiveRoom) -> bool:
        position = joining.rooms.get(room)
        found = joining.found.get(live.key)
        if found is None:
            return live.needs_reading(position)
        return live.redactions != joining.redactions[live.key] or live.outran(position, found)

    def _admit(self, joining: _Joining, answer: Answer | None) -> dict[str, Recovery]:
        """Make the socket a member and answer; under the lock."""
        if joining.dropped:
            return {}
        recoveries = self._recoveries(joining)
        for room in recoveries:
            joining.opened[room].members.add(joining.member)
            joining.member.rooms.add(room)
            if self._live.is_held(joining.member):
                joining.opened[room].members.hold(joining.member)
        if answer is not None:
            answer(recoveries)
        asked = joining.rooms
        outcomes = [one.recovered for room, one in recoveries.items() if asked[room] and one is not VOLATILE]
        self._traffic.recovered(joining.member.namespace, outcomes)
        return recoveries

    def _recoveries(self, joining: _Joining) -> dict[str, Recovery]:
        now, left, recoveries = self._clock.now(), self._bytes, {}
        for room, position in joining.rooms.items():
            live = joining.opened[room]
            if not self._is_durable(*live.key):
                recoveries[room] = VOLATILE
                continue
            recovery, size = live.recovery(position, joining.found.get(live.key), now)
            left -= size
            recoveries[room] = recovery if left >= 0 else Recovery(live.position)
        return recoveries

    def _remove(self, member: Member, room: str) -> None:
        member.rooms.discard(room)
        live = self._live.get((member.namespace, room))
        if live is not None:
            live.members.discard(member)
            self._live.emptied(live)

"""Write frames to the members of rooms; a large room's in portions.

A small room is written to at once. A large one takes turns with other large
ones, a portion each, and between portions everybody else's greenlets run; its
own frames keep their order. What comes while a round of a room is under way
waits for the next round and is written in one piece: the busier a room, the
cheaper its events. What may wait is bounded.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kernel.realtime.background import Background
from kernel.realtime.engine import Frame
from kernel.realtime.members import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kernel.realtime.members import Member, Members

PORTION: Final = 500
"""Sockets written to before others may run."""
BREATH: Final = 0.00001
"""Seconds between portions. PERF: after `sleep(0)` gevent runs up to 50 of those turns before it reads a
socket again, and others waited 250 ms; a timer, however short, lets it read first."""
PIECE: Final = 65_536
"""Bytes of frames that are written in one piece, or one frame of any size."""
ROUNDS: Final = 200
"""Rounds that may wait for one room; each keeps a list of who gets it."""


class Round:
    """Frames on their way to those who were members when the first of them came."""

    __slots__ = ("_frames", "_left", "but", "listed", "size", "whole")

    def __init__(self, frame: Frame, listed: tuple[Member, ...], but: str | None) -> None:
        self.listed, self.but, self.size = listed, but, len(frame.wire)
        self.whole: Frame | None = None
        """All frames as one, once the round has begun."""
        self._frames = [frame]
        self._left: Iterator[Member] = iter(listed)

    @property
    def events(self) -> int:
        """How many frames there are."""
        return len(self._frames)

    def takes(self, frame: Frame, listed: tuple[Member, ...], but: str | None) -> bool:
        """Add a frame for the same members, if this has not begun; say whether it was added."""
        fits = self.whole is None and self.size + len(frame.wire) <= PIECE
        if not fits or self.listed is not listed or but is not None or self.but is not None:
            return False
        self._frames.append(frame)
        self.size += len(frame.wire)
        return True

    def portion(self) -> tuple[Frame, list[Member]]:
        """Return what is written, and the next who get it: none at the end."""
        if self.whole is None:
            self.whole = self._frames[0] if len(self._frames) == 1 else Frame.joined(self._frames)
        return self.whole, list(islice(self._left, PORTION))


class Fanout:
    """What writes for all rooms of a process."""

    def __init__(self, lock: Any, most: int, delivered: Callable[[str, int], None]) -> None:
        """Take the lock of the rooms: a frame is queued in the step that numbers it.

        At most `most` bytes of frames wait for one room. `delivered(namespace,
        copies)` counts.
        """
        self._lock, self._most, self._delivered = lock, most, delivered
        self._large: deque[Members] = deque()
        self._loop = Background("stoa-fanout", self._turn)

    def write(self, members: Members, frame: Frame, but: str | None = None) -> bool:
        """Give a frame to every member but one; never waits. False: too much waits already.

        Who leaves meanwhile gets no more; who joins meanwhile does not get it.
        """
        with self._lock:
            if len(members) <= PORTION and not members.pending:
                listed = members.listed()
                self._count(listed, self._given(members, listed, listed, frame, but))
                return True
            listed, waiting = members.listed(), members.pending
            if not (waiting and waiting[-1].takes(frame, listed, but)):
                if len(waiting) >= ROUNDS or members.waiting > self._most:
                    return False
                if not waiting:
                    self._large.append(members)
                waiting.append(Round(frame, listed, but))
            members.waiting += len(frame.wire)
        self._loop.wake()
        return True

    def forget(self, members: Members) -> None:
        """Drop what waits for a room."""
        with self._lock:
            members.held.update((member, Held()) for member in members.held)
            if members.pending:
                members.pending.clear()
                members.waiting = 0
                self._large.remove(members)

    def begin(self) -> None:
        """Start writing to large rooms."""
        self._loop.begin()

    def stop(self) -> None:
        """Stop; what is not written yet is not."""
        self._loop.stop()

    def _turn(self) -> float | None:
        """Write one portion of one room."""
        with self._lock:
            if not self._large:
                return None
            members = self._large.popleft()
            first: Round = members.pending[0]
            frame, portion = first.portion()
            copies = self._given(members, first.listed, portion, frame, first.but)
            self._count(first.listed, copies * first.events)
            if len(portion) < PORTION:
                members.pending.popleft()
                members.waiting -= first.size
            if members.pending:
                self._large.append(members)
        time.sleep(BREATH)
        return 0

    def _count(self, listed: tuple[Member, ...], copies: int) -> None:
        if copies:
            self._delivered(listed[0].namespace, copies)

    def _given(
        self,
        members: Members,
        listed: tuple[Member, ...],
        some: Iterable[Member],
        frame: Frame,
        but: str | None,
    ) -> int:
        """Deliver to some of those listed when the frame came, if they are still in; return to how many."""
        copies, held = 0, members.held
        for member in some:
            # PERF: nobody came or went, nobody need be looked up; asked each time: delivering may close one
            if (members.is_listed(listed) or member in members) and member.sid != but:
                if held and member in held:
                    held[member].keep(frame, self._most)
                else:
                    member.deliver(frame)
                copies += 1
        return copies

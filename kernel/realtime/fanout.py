"""Write frames to the members of rooms; a large room's in portions.

A small room is written to at once. A large one takes turns with other large
ones, a portion each, and between portions everybody else's greenlets run; its
own frames keep their order.
"""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kernel.realtime.background import Background

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kernel.realtime.engine import Frame
    from kernel.realtime.members import Member, Members

PORTION: Final = 500
"""Sockets written to before others may run."""
BREATH: Final = 0.00001
"""Seconds between portions. PERF: after `sleep(0)` gevent runs up to 50 of those turns before it reads a
socket again, and others waited 250 ms; a timer, however short, lets it read first."""


class _Pending:
    """A frame on its way to those who were members when it came."""

    __slots__ = ("_left", "but", "frame", "listed")

    def __init__(self, frame: Frame, members: Members, but: str | None) -> None:
        self.frame, self.but = frame, but
        self.listed = members.listed()
        self._left: Iterator[Member] = iter(self.listed)

    def portion(self) -> list[Member]:
        """Return the next who get it, none at the end."""
        return list(islice(self._left, PORTION))


class Fanout:
    """What writes for all rooms of a process."""

    def __init__(self, lock: Any) -> None:
        """Take the lock of the rooms: a frame is queued in the step that numbers it."""
        self._lock = lock
        self._large: deque[Members] = deque()
        self._loop = Background("stoa-fanout", self._turn)

    def write(self, members: Members, frame: Frame, but: str | None = None) -> None:
        """Give a frame to every member but one; never waits.

        Who leaves meanwhile gets no more; who joins meanwhile does not get it.
        """
        with self._lock:
            if len(members) <= PORTION and not members.pending:
                listed = members.listed()
                _give(members, listed, listed, frame, but)
                return
            if not members.pending:
                self._large.append(members)
            members.pending.append(_Pending(frame, members, but))
        self._loop.wake()

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
            first: _Pending = members.pending[0]
            portion = first.portion()
            _give(members, first.listed, portion, first.frame, first.but)
            if len(portion) < PORTION:
                members.pending.popleft()
            if members.pending:
                self._large.append(members)
        time.sleep(BREATH)
        return 0


def _give(
    members: Members, listed: tuple[Member, ...], some: Iterable[Member], frame: Frame, but: str | None
) -> None:
    """Deliver to some of those listed when the frame came, if they are still in."""
    for member in some:
        # PERF: nobody came or went, nobody need be looked up; asked each time, as delivering may close one
        if (members.is_listed(listed) or member in members) and member.sid != but:
            member.deliver(frame)

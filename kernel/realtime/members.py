"""Who is in a room, in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kernel.realtime.engine import Frame
    from kernel.realtime.fanout import Round


class Member(Protocol):
    """A socket as rooms see it."""

    @property
    def sid(self) -> str: ...  # noqa: D102
    @property
    def namespace(self) -> str: ...  # noqa: D102

    rooms: set[str]
    """Kept by `Rooms`: do not change it elsewhere."""

    def deliver(self, frame: Frame) -> None:
        """Queue a frame; never waits."""
        ...


class Held:
    """Frames a member does not get before it is known whether it may."""

    __slots__ = ("bytes", "frames", "overflowed")

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.bytes = 0
        self.overflowed = False

    def keep(self, frame: Frame, most: int) -> None:
        """Keep a frame; nothing at all once they come to more than `most` bytes."""
        self.bytes += len(frame.wire)
        if self.overflowed or self.bytes > most:
            self.overflowed = True
            self.frames.clear()
        else:
            self.frames.append(frame)


class Members:
    """A set of sockets that can be gone through while it changes."""

    __slots__ = ("_listed", "_members", "held", "pending", "waiting")

    def __init__(self) -> None:
        self._members: set[Member] = set()
        self._listed: tuple[Member, ...] | None = ()
        self.pending: deque[Round] = deque()
        """Frames on their way (`Fanout`)."""
        self.waiting = 0
        """Their bytes."""
        self.held: dict[Member, Held] = {}
        """Those of the members whose rights are in question."""

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, member: object) -> bool:
        return member in self._members

    def __iter__(self) -> Iterator[Member]:
        return iter(self.listed())

    def add(self, member: Member) -> None:
        """Let a socket in."""
        self._members.add(member)
        self._listed = None

    def discard(self, member: Member) -> None:
        """Take a socket out."""
        self._members.discard(member)
        self.held.pop(member, None)
        self._listed = None

    def hold(self, member: Member) -> None:
        """Keep what a member would get, from now on."""
        self.held.setdefault(member, Held())

    def free(self, member: Member, most: int) -> int | None:
        """Give a member what was kept for it; return its bytes. None: more than `most`, and gone."""
        held = self.held.pop(member, None)
        if held is None:
            return 0
        if held.overflowed or held.bytes > most:
            return None
        for frame in held.frames:
            member.deliver(frame)
        return held.bytes

    def listed(self) -> tuple[Member, ...]:
        """Return who is in now; made anew only after a change."""
        if self._listed is None:
            self._listed = tuple(self._members)
        return self._listed

    def is_listed(self, listed: tuple[Member, ...]) -> bool:
        """Tell whether exactly those are in who were when `listed()` returned this."""
        return self._listed is listed

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


class Members:
    """A set of sockets that can be gone through while it changes."""

    __slots__ = ("_listed", "_members", "pending", "waiting")

    def __init__(self) -> None:
        self._members: set[Member] = set()
        self._listed: tuple[Member, ...] | None = ()
        self.pending: deque[Round] = deque()
        """Frames on their way (`Fanout`)."""
        self.waiting = 0
        """Their bytes."""

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
        self._listed = None

    def listed(self) -> tuple[Member, ...]:
        """Return who is in now; made anew only after a change."""
        if self._listed is None:
            self._listed = tuple(self._members)
        return self._listed

    def is_listed(self, listed: tuple[Member, ...]) -> bool:
        """Tell whether exactly those are in who were when `listed()` returned this."""
        return self._listed is listed

"""The rooms of this process: who is in, and what each gets, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from kernel.realtime.recovery import Position, Recovery

if TYPE_CHECKING:
    from kernel.realtime.engine import Frame


class Member(Protocol):
    """A socket as rooms see it."""

    sid: str
    namespace: str
    rooms: set[str]
    """Kept by `Rooms`: do not change it elsewhere."""

    def deliver(self, frame: Frame) -> None:
        """Queue a frame; never waits."""
        ...


Answer = Callable[[dict[str, Recovery]], None]


class Rooms:
    """Members and streams of one process."""

    def join(
        self, member: Member, rooms: Mapping[str, Position | None], answer: Answer | None = None
    ) -> dict[str, Recovery]:
        """Let a socket into rooms it may be in, and tell it what it missed since each position.

        One SELECT at most, however many rooms; none when all are at hand. `answer`
        is called in the same breath in which the socket becomes a member, so what
        it queues comes before the first live event and none is missed or doubled;
        it must not wait. A room the socket is in already is recovered again.
        Nothing happens, and {} is returned, if the socket was dropped meanwhile.
        """
        raise NotImplementedError

    def leave(self, member: Member, room: str) -> None:
        """Take a socket out of a room."""
        raise NotImplementedError

    def drop(self, member: Member) -> None:
        """Take a socket out of all its rooms."""
        raise NotImplementedError

    def members(self, namespace: str, room: str) -> set[Member]:
        """Return the sockets of this process that are in a room."""
        raise NotImplementedError

    def deliver(self, namespace: str, room: str, frame: Frame, but: str | None = None) -> None:
        """Write a frame to every member in this process, except the socket whose sid is `but`."""
        raise NotImplementedError

"""What every claim is given: the servers, the clients, how much of everything."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.harness.peers import Peer
from benchmarks.harness_realtime.crowd import Crowd, Line
from benchmarks.harness_realtime.peers import RealtimeStand

TEXT = "x" * 200


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything; times in seconds."""

    rounds: int = 5
    room: int = 1000
    messages: int = 200
    connects: int = 1000
    idle: int = 5000
    hold: float = 30.0
    spread: int = 2000
    room_of: int = 50
    pace: float = 50.0  # messages a second over all rooms
    seconds: float = 10.0
    dropped: int = 5000
    subscribers: tuple[int, ...] = (10, 1000, 100_000)
    attack: float = 5.0
    flood: int = 200_000
    fragments: int = 1_000_000
    attackers: int = 500


QUICK = Sizes(
    rounds=1,
    room=20,
    messages=10,
    connects=20,
    idle=40,
    hold=0.2,
    spread=100,
    seconds=0.5,
    dropped=100,
    subscribers=(3, 30),
    attack=0.5,
    flood=1000,
    fragments=5000,
    attackers=10,
)


@dataclass
class Course:
    """One claim's servers, each started fresh, and its clients."""

    stand: RealtimeStand
    sizes: Sizes
    wanted: frozenset[str]
    """The servers to measure."""

    crowd: Crowd = field(default_factory=Crowd)

    @property
    def names(self) -> list[str]:
        """The servers measured, in the order of their turns."""
        return [name for name in self.stand.names() if name in self.wanted]

    @contextmanager
    def serving(self, name: str, **sections: dict[str, object]) -> Iterator[Peer]:
        """Run a server for a block."""
        peer = self.stand.fresh(name, **sections)
        try:
            yield peer
        finally:
            peer.stop()

    @contextmanager
    def clients(self) -> Iterator[Crowd]:
        """Give a block clients of its own, without pauses of the garbage collector."""
        gc.collect()
        gc.disable()
        crowd = Crowd()
        try:
            yield crowd
        finally:
            crowd.close()
            gc.enable()


def rooms_of(lines: list[Line], size: int, prefix: str) -> dict[str, list[Line]]:
    """Return rooms by name, `size` lines each; a claim with streams has a prefix of its own."""
    starts = range(0, len(lines), size)
    return {f"{prefix}{number}": lines[start : start + size] for number, start in enumerate(starts)}


def enter(crowd: Crowd, rooms: dict[str, list[Line]]) -> list[object]:
    """Put every line into its room; return what each was answered."""
    asked = ((line, "join", {"room": room}) for room, lines in rooms.items() for line in lines)
    return crowd.ask_all(asked)


Measure = Callable[[Course], object]

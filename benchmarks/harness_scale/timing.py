"""Times of the same questions at two sizes, taken in turn."""

from __future__ import annotations

import http.client
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import Peer
from benchmarks.harness_scale.product import Probe
from benchmarks.harness_scale.questions import Question

LEAST_FLOOR: Final = 1.0
"""Milliseconds that are never called a difference: a switch of processes on a machine of two cores."""

BOUND: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A question at both sizes."""

    small: Probe
    large: Probe

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.large.question


@dataclass(slots=True)
class Times:
    """Milliseconds of every round: with an empty cache and with a filled one; `again` is small once more."""

    small_cold: list[float] = field(default_factory=list)
    large_cold: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rounds say of a pair, in milliseconds."""

    pair: Pair
    cold: tuple[float, float]
    warm: tuple[float, float]
    noise: float

    @property
    def ratio(self) -> float:
        """The larger of the two ratios."""
        return max(large / small for small, large in (self.cold, self.warm))

    def slower(self, floor: float) -> bool:
        """Whether it costs more than it may, by more than the noise."""
        return any(large > BOUND * small and large - small > floor for small, large in (self.cold, self.warm))

    @property
    def more(self) -> int:
        """How many statements more full size takes.

        Zero when it takes fewer: its rows happen not to need a look-up that the other's do.
        """
        counts = zip(self.pair.small.statements, self.pair.large.statements, strict=True)
        return max(0, *(large - small for small, large in counts))


class Connection:
    """A kept-alive connection to a server."""

    def __init__(self, peer: Peer) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=60)

    def chill(self) -> None:
        """Empty the server's cache."""
        self._http.request("POST", "/v1/scale/cold")
        self._read("/v1/scale/cold")

    def ask(self, probe: Probe) -> float:
        """Return the milliseconds until the answer was there; raise LoadError when it is no 200."""
        began = perf_counter()
        self._http.request("GET", probe.question.target, headers={"Authorization": f"Bearer {probe.token}"})
        self._read(probe.question.target)
        return (perf_counter() - began) * 1000

    def _read(self, target: str) -> None:
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status not in {http.client.OK, http.client.NO_CONTENT}:
            raise LoadError(f"{target}: {answer.status} {body[:500].decode(errors='replace')}")


class Stopwatch:
    """Asks both servers."""

    def __init__(self, small: Peer, large: Peer) -> None:
        self._small, self._large = Connection(small), Connection(large)

    def measure(self, pairs: Sequence[Pair], rounds: int, moved: Callable[[int, int], None]) -> list[Finding]:
        """Ask every pair in every round, the order turned each time; one round before warms up."""
        times: dict[int, Times] = defaultdict(Times)
        for turn in range(rounds + 1):
            for number, pair in enumerate(pairs):
                taken = times[number] if turn else Times()
                self._round(pair, taken, swapped=bool(turn % 2))
                moved(turn * len(pairs) + number + 1, (rounds + 1) * len(pairs))
        return [_finding(pair, times[number]) for number, pair in enumerate(pairs)]

    def _round(self, pair: Pair, times: Times, *, swapped: bool) -> None:
        self._small.chill()
        self._large.chill()
        asked = [
            (self._small, pair.small, times.small_cold, times.small),
            (self._large, pair.large, times.large_cold, times.large),
        ]
        if swapped:
            asked.reverse()
        for connection, probe, cold, _ in asked:
            cold.append(connection.ask(probe))
        for connection, probe, _, warm in asked:
            warm.append(connection.ask(probe))
        times.again.append(self._small.ask(pair.small))


def _finding(pair: Pair, times: Times) -> Finding:
    middle = statistics.median
    small = middle(times.small)
    return Finding(
        pair,
        (middle(times.small_cold), middle(times.large_cold)),
        (small, middle(times.large)),
        abs(small - middle(times.again)),
    )


def floor_of(findings: Sequence[Finding]) -> float:
    """Return the milliseconds by which medians of one request to one server differ, 99 times of 100."""
    noises = sorted(finding.noise for finding in findings)
    return max(LEAST_FLOOR, noises[min(len(noises) - 1, int(len(noises) * 0.99))])

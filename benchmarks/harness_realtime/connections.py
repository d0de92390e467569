"""(b) what an idle connection holds, (c) connects a second, (d) many at once."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.peers import Peer
from benchmarks.harness_realtime.course import TEXT, Course, enter
from benchmarks.harness_realtime.crowd import Crowd, Line
from benchmarks.harness_realtime.peers import NODE, STOA

WARM = (
    5  # one in so many connections is there before the memory is read first: what a start left free is used
)
SETTLE = 1.0  # seconds it is left alone before each reading
KB = 1024


@dataclass
class Held:
    """What holding connections took, by server."""

    kilobytes: dict[str, float] = field(default_factory=dict)
    reached: float = 0


def held(course: Course) -> list[Claim]:
    """Open many connections on fresh servers, leave them alone, then reach every one of them."""
    found, sizes = Held(), course.sizes
    warm = sizes.idle // WARM
    for name in course.names:
        with course.serving(name) as peer, course.clients() as crowd:
            lines = crowd.open(peer.port, warm)
            crowd.idle(SETTLE)
            before = peer.memory().rss
            lines += crowd.open(peer.port, sizes.idle - warm)
            crowd.idle(SETTLE)
            found.kilobytes[name] = (peer.memory().rss - before) / (len(lines) - warm) / KB
            if name == STOA:
                crowd.idle(sizes.hold)
                found.reached = _reached(crowd, lines)
    details = {f"{name} KB": value for name, value in found.kilobytes.items()}
    text = f"KB an idle connection holds ({sizes.idle:,} of them)"
    return [
        claim_of("b", text, [found.kilobytes[STOA]], 22, least=False, unit="KB", **details),
        claim_of(
            "d",
            f"of {sizes.idle:,} sockets held {sizes.hold:.0f} s, reached by one message after it",
            [found.reached],
            float(len(lines)),
            least=True,
        ),
    ]


def _reached(crowd: Crowd, lines: list[Line]) -> float:
    """Say something to everybody; return how many heard it."""
    heard = 0

    def hear(_: bytes) -> None:
        nonlocal heard
        heard += 1

    enter(crowd, {"hall:all": lines})
    for line in lines:
        line.heard = hear
    lines[0].send("say", {"room": "hall:all", "number": 1, "text": TEXT})
    crowd.until(lambda: heard >= len(lines))
    return float(heard)


def connected(course: Course) -> list[Claim]:
    """Open connections and join, round after round; close them in between."""
    rounds: list[dict[str, tuple[float, float]]] = []
    peers = {name: course.stand.fresh(name) for name in course.names}
    with course.clients() as crowd:
        for turn in range(course.sizes.rounds + 1):
            found = {name: _connects(crowd, peer, course.sizes.connects) for name, peer in peers.items()}
            if turn:
                rounds.append(found)
    for peer in peers.values():
        peer.stop()
    details = {}
    for name in peers:
        details[f"{name}/CPU s"] = statistics.median(one[name][0] for one in rounds)
        details[f"{name}/s"] = statistics.median(one[name][1] for one in rounds)
    yardstick = NODE if NODE in peers else course.names[0]
    values = [one[STOA][0] / one[yardstick][0] for one in rounds]
    own = (details[f"{STOA}/CPU s"], "/CPU s")
    return [claim_of("c", "connects", values, 1, least=True, peer=yardstick, own=own, **details)]


def _connects(crowd: Crowd, peer: Peer, many: int) -> tuple[float, float]:
    """Return connects a second of CPU and of time."""
    cpu, wall = peer.cpu(), time.perf_counter()
    lines = crowd.open(peer.port, many)
    wall = time.perf_counter() - wall
    cpu = max(peer.cpu() - cpu, 0.01)
    crowd.drop(lines)
    crowd.idle(SETTLE)  # the server notices
    return many / cpu, many / wall

"""(a) deliveries a second of the server's CPU, and (e) how soon they arrive."""

from __future__ import annotations

import re
import statistics
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import Peer
from benchmarks.harness_realtime.course import TEXT, Course, enter, rooms_of
from benchmarks.harness_realtime.crowd import Crowd, Line
from benchmarks.harness_realtime.peers import NODE, PYTHON, STOA

HALL, STAGE = "hall:0", "stage:0"
SAY, POST = ("say", HALL), ("post", STAGE)
WINDOWS = {"alone": 1, "busy": 4}  # messages on their way at once
_NUMBER = re.compile(rb'"number":(\d+)')


@dataclass(frozen=True, slots=True)
class Round:
    """What one server did in one round; rates a second."""

    by_cpu: float
    by_wall: float
    client: float
    """The part of the time the client computed; near 1, it is what the wall's rate measures."""


def delivered(course: Course) -> list[Claim]:
    """Compare rounds of messages to one room; every delivery is counted, none may miss.

    Alone, a message is sent when all have the one before it; busy, four are on
    their way, and a server may write several to a socket at once, as Stoa does.
    """
    rounds: list[dict[str, Round]] = []
    many = course.sizes.messages
    with course.clients() as crowd:
        peers = {name: course.stand.fresh(name) for name in course.names}
        rooms = {name: _room(crowd, peer, course.sizes.room, HALL) for name, peer in peers.items()}
        durable = _room(crowd, peers[STOA], course.sizes.room, STAGE)
        runs = [(name, peers[name], rooms[name], SAY) for name in peers]
        runs.append(("durable", peers[STOA], durable, POST))
        for turn in range(course.sizes.rounds + 1):
            found = {
                f"{name} {kind}": _measured(crowd, peer, lines, event, window=window, many=many)
                for name, peer, lines, event in runs
                for kind, window in WINDOWS.items()
            }
            if turn:  # the first warms everybody up
                rounds.append(found)
    for peer in peers.values():
        peer.stop()
    return _told(rounds, course)


def _told(rounds: Sequence[dict[str, Round]], course: Course) -> list[Claim]:
    sizes, details = course.sizes, {}
    for name in rounds[0]:
        details[f"{name}/CPU s"] = statistics.median(one[name].by_cpu for one in rounds)
        details[f"{name}/s"] = statistics.median(one[name].by_wall for one in rounds)
        details[f"client's share with {name}"] = statistics.median(one[name].client for one in rounds)
    details["deliveries a round"] = float(sizes.room * sizes.messages)
    claims: list[Claim] = []
    for name in (NODE, PYTHON):
        for kind in WINDOWS:
            if f"{name} {kind}" in rounds[0]:
                text = f"deliveries to {sizes.room:,} sockets in a room, {kind}"
                ratios = [one[f"{STOA} {kind}"].by_cpu / one[f"{name} {kind}"].by_cpu for one in rounds]
                told = {} if claims else details
                own = (details[f"{STOA} {kind}/CPU s"], "/CPU s")
                claims.append(claim_of("a", text, ratios, 1.2, least=True, peer=name, own=own, **told))
    return claims


def _room(crowd: Crowd, peer: Peer, size: int, room: str) -> list[Line]:
    lines = crowd.open(peer.port, size)
    enter(crowd, {room: lines})
    return lines


def _measured(
    crowd: Crowd, peer: Peer, lines: list[Line], event: tuple[str, str], *, window: int, many: int
) -> Round:
    """Send messages to a room, `window` of them on their way; wait for every delivery."""
    counted, sent = 0, 0

    def heard(_: bytes) -> None:
        nonlocal counted
        counted += 1

    for line in lines:
        line.heard = heard
    cpu, wall, mine = peer.cpu(), time.perf_counter(), time.process_time()
    while sent < many:
        while sent < many and (sent - window + 1) * len(lines) <= counted:
            _say(lines[0], event, sent)
            sent += 1
        crowd.turn()
    crowd.until(lambda: counted >= many * len(lines))
    wall, mine = time.perf_counter() - wall, time.process_time() - mine
    cpu = max(peer.cpu() - cpu, 0.01)  # what the kernel counts in
    crowd.idle(0.05)
    if counted != many * len(lines):
        raise LoadError(f"{counted} deliveries, not {many * len(lines)}")
    return Round(counted / cpu, counted / wall, mine / wall)


def _say(line: Line, event: tuple[str, str], number: int) -> None:
    line.send(event[0], {"room": event[1], "number": number, "text": TEXT})


# -- (e) ---------------------------------------------------------------------


def timely(course: Course) -> list[Claim]:
    """Send at a steady pace over many rooms; tell how long each delivery took from when it was due."""
    details: dict[str, float] = {}
    kinds = [(name, "say", "hall:timely-") for name in course.names] + [("durable", "post", "stage:timely-")]
    for name, event, prefix in kinds:
        with course.serving(STOA if name == "durable" else name) as peer, course.clients() as crowd:
            times = sorted(_latencies(course, crowd, peer, event, prefix))
        for share in (50, 95, 99):
            details[f"{name} p{share} ms"] = percentile(times, share) * 1000
        details[f"{name} deliveries"] = float(len(times))
    text = (
        f"delivery of {course.sizes.pace:.0f} stored messages a second over rooms of "
        f"{course.sizes.room_of}, {course.sizes.spread:,} sockets: p95"
    )
    return [claim_of("e", text, [details["durable p95 ms"]], 100, least=False, unit="ms", **details)]


def _latencies(course: Course, crowd: Crowd, peer: Peer, event: str, prefix: str) -> list[float]:
    sizes = course.sizes
    rooms = rooms_of(crowd.open(peer.port, sizes.spread), sizes.room_of, prefix)
    enter(crowd, rooms)
    names, due, times = deque(rooms), list[float](), list[float]()

    def heard(payload: bytes) -> None:
        times.append(time.perf_counter() - due[int(_NUMBER.search(payload)[1])])  # type: ignore[index]

    for lines in rooms.values():
        for line in lines:
            line.heard = heard
    began = time.perf_counter()
    for number in range(int(sizes.pace * sizes.seconds)):
        moment = began + number / sizes.pace
        while (left := moment - time.perf_counter()) > 0:
            crowd.turn(left)
        due.append(moment)
        _say(rooms[names[0]][number % sizes.room_of], (event, names[0]), number)
        names.rotate(-1)
    crowd.until(lambda: len(times) >= len(due) * sizes.room_of)
    return times


def percentile(ordered: Sequence[float], share: int) -> float:
    """Return the value that `share` of a hundred do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]

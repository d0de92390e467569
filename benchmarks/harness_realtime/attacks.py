"""(h) while the server is attacked: others' acknowledgements, and its memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import ROOT, Peer
from benchmarks.harness_realtime.attacker import ATTACKS
from benchmarks.harness_realtime.course import Course, Sizes
from benchmarks.harness_realtime.crowd import Crowd, Line
from benchmarks.harness_realtime.deliveries import percentile
from benchmarks.harness_realtime.peers import STOA

OTHERS = 10  # clients that are not the attacker's
WARM = 200  # events before anything is measured
PACE = 0.005  # seconds between two of their events
LOOK = 0.25  # seconds between two looks at the memory
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Met:
    """What one attack did to the others: milliseconds, and megabytes at most while it ran."""

    p99: float
    memory: float
    count: int


def withstood(course: Course) -> list[Claim]:
    """Attack in turn; between two attacks nothing is restarted."""
    found: dict[str, Met] = {}
    with course.serving(STOA) as peer, course.clients() as crowd:
        others, warm = crowd.open(peer.port, OTHERS), list[float]()
        _probe(crowd, others, lambda: len(warm) >= WARM, warm)
        for name in ("quiet", *ATTACKS):
            found[name] = _met(course.sizes, crowd, others, peer, name)
    details: dict[str, float] = {}
    for name, met in found.items():
        shown = name.replace("_", " ")
        details[f"{shown}: p99 ms"] = met.p99
        details[f"{shown}: MB"] = met.memory
        details[f"{shown}: times"] = met.count
    attacked = [met for name, met in found.items() if name != "quiet"]
    slowest, largest = max(met.p99 for met in attacked), max(met.memory for met in attacked)
    return [
        claim_of(
            "h",
            "others' acknowledgements under the worst attack: p99",
            [slowest],
            100,
            least=False,
            unit="ms",
            **details,
        ),
        claim_of("h", "memory added by the worst attack", [largest], 20, least=False, unit="MB"),
    ]


def _met(sizes: Sizes, crowd: Crowd, others: list[Line], peer: Peer, name: str) -> Met:
    """Measure the others while an attack runs, "quiet" being none."""
    before, most, looked = peer.memory().rss, 0, 0.0
    times: list[float] = []
    until = time.perf_counter() + sizes.attack
    attack = _started(sizes, peer, name) if name != "quiet" else None

    def over() -> bool:
        nonlocal most, looked
        if time.perf_counter() - looked > LOOK:
            looked = time.perf_counter()
            most = max(most, peer.memory().rss - before)
        return (attack is None or attack.poll() is not None) and looked > until

    _probe(crowd, others, over, times)
    count = _outcome(name, attack) if attack is not None else 0
    return Met(percentile(sorted(times), 99) * 1000, most / MB, count)


def _probe(crowd: Crowd, others: list[Line], over: Callable[[], bool], times: list[float]) -> None:
    """Ask at a steady pace, whatever is still unanswered, until it is over; wait for the last answers."""
    waiting: dict[tuple[Line, int], float] = {}

    def take() -> None:
        now = time.perf_counter()
        for line, number in [key for key in waiting if key[1] in key[0].answers]:
            if not line.answers.pop(number)["ok"]:
                raise LoadError("an event of somebody else was refused")
            times.append(now - waiting.pop((line, number)))

    due = time.perf_counter()
    while not over():
        while (left := due - time.perf_counter()) > 0:
            crowd.turn(left)
            take()
        line = others[int(due / PACE) % len(others)]
        waiting[line, line.ask("echo", None)] = due
        due += PACE
    crowd.until(lambda: take() or not waiting)  # type: ignore[func-returns-value]


def _started(sizes: Sizes, peer: Peer, name: str) -> subprocess.Popen[str]:
    amounts = (sizes.attack, sizes.attackers, sizes.fragments, sizes.flood)
    module = "benchmarks.harness_realtime.attacker"
    command = [sys.executable, "-m", module, name, str(peer.port), *map(str, amounts)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _outcome(name: str, attack: subprocess.Popen[str]) -> int:
    output, complaint = attack.communicate()
    if attack.returncode:
        raise LoadError(f"{name}: {complaint[-500:]}")
    return int(json.loads(output)["count"])

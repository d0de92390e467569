"""One stage: so many users for so long; what they saw and what it took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import ROOT, environment
from benchmarks.harness_load.histogram import merged, percentile
from benchmarks.harness_load.parts import Part, busy, cores
from benchmarks.harness_load.stand import SERVERS, LoadStand
from benchmarks.harness_load.town import GROUP, Town

LISTENERS = 2  # processes that hold the sockets
LEAD = 1.0  # seconds until all have heard when to begin
AFTER = 3.0  # seconds in which the last messages may still arrive
GENERATOR = "requests"


@dataclass
class Stage:
    """What a stage saw: shares are of one core, times are milliseconds, memory is MB by minute."""

    users: int
    rate: float
    seconds: float
    kinds: dict[str, dict[int, int]]
    late: dict[int, int]
    failures: dict[str, int]
    messages: dict[int, int]
    presences: dict[int, int]
    lost: int
    cached: float
    shares: dict[str, float]
    others: float
    """Cores that processes took which are no part of the run."""
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    pool: float = 0.0
    """Connections in use, of the fullest pool, at its fullest when looked at."""
    connections: int = 0
    unanswered: int = 0
    """How often a server did not tell its metrics within a minute."""

    @property
    def api(self) -> dict[int, int]:
        """The latencies of all requests."""
        return merged(self.kinds.values())

    @property
    def errors(self) -> int:
        """Requests that failed, sockets that were lost, messages that did not arrive or arrived twice."""
        sent = sum(self.kinds.get("send", {}).values())
        failed = sum(count for name, count in self.failures.items() if name.startswith("send"))
        missing = abs((sent - failed) * GROUP - sum(self.messages.values()))
        return sum(self.failures.values()) + self.lost + missing

    def p(self, share: int) -> float:
        """Return a percentile of all requests, milliseconds."""
        return percentile(self.api, share)

    @property
    def generator(self) -> float:
        """The cores that asking and listening took."""
        return sum(share for name, share in self.shares.items() if name.startswith((GENERATOR, "sockets")))


class Client:
    """A program of the harness: it takes an order, says when it is ready, begins when told, and reports."""

    def __init__(self, name: str, module: str, order: Mapping[str, Any]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.harness_load.{module}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), text=True,
        )  # fmt: skip
        self.part = Part(name, psutil.Process(self._process.pid))
        self._say(order)

    def ready(self) -> None:
        """Wait until it is."""
        self._heard("ready")

    def begin(self, **when: float) -> None:
        """Say when to begin, and for how long or until when."""
        self._say(when)

    def reported(self) -> dict[str, Any]:
        """Wait for the end; return what it saw."""
        found: dict[str, Any] = json.loads(self._heard("{"))
        self._process.wait(30)
        return found

    def end(self) -> None:
        """End it, if it has not."""
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _say(self, order: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _heard(self, beginning: str) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(beginning):
            raise LoadError(f"{self.name} ended: {line or 'see above'}")
        return line


@contextmanager
def clients(
    town: Town, ports: Sequence[int], users: int, rate: float
) -> Iterator[tuple[Client, list[Client]]]:
    """Give a block the program that asks and those that listen, all ready."""
    chosen = town.users[:users]
    order = {
        "ports": list(ports), "rate": rate, "seed": users, "categories": town.categories,
        "users": [(each.token, each.conversation) for each in chosen],
        "goods": [listing for listing, _ in town.shop.goods],
    }  # fmt: skip
    sockets = [
        {"port": ports[place % SERVERS], "token": each.token, "watched": town.watched(place)}
        for place, each in enumerate(chosen)
    ]
    started = [Client(GENERATOR, "arrivals", order)]
    try:
        for number in range(LISTENERS):
            part = {"users": sockets[number * users // LISTENERS : (number + 1) * users // LISTENERS]}
            started.append(Client(f"sockets {number + 1}", "sockets", part))
        for each in started:
            each.ready()
        yield started[0], started[1:]
    finally:
        for each in started:
            each.end()


class Watch:
    """Looks at the parts while a stage runs, once a minute or a few times of a short one."""

    def __init__(self, stand: LoadStand, parts: Sequence[Part], seconds: float) -> None:
        self.stand, self.parts, self.pool, self.unanswered = stand, parts, 0.0, 0
        self.step = min(60.0, seconds / 5)
        self.memory: dict[str, list[tuple[float, float]]] = {part.name: [] for part in parts}

    def until(self, began: float, end: float) -> None:
        """Look, at the beginning and each step after it, until the end."""
        at = began
        while at <= end:
            time.sleep(max(0.0, at - time.perf_counter()))
            try:
                self.pool = max(self.pool, self.stand.in_use())
            except TimeoutError:  # a server that does not answer any more: its requests tell that themselves
                self.unanswered += 1
            for part in self.parts:
                self.memory[part.name].append(((at - began) / 60, part.memory()))
            at += self.step
        time.sleep(max(0.0, end - time.perf_counter()))


@dataclass(frozen=True, slots=True)
class Load:
    """So many users (a multiple of a conversation's), asking `rate` times a second together, for so long."""

    users: int
    rate: float
    seconds: float

    def times(self, factor: int, seconds: float) -> Load:
        """Return so many times the users and requests, each doing as much as before."""
        return Load(self.users * factor, self.rate * factor, seconds)


def run(stand: LoadStand, town: Town, serving: Sequence[Part], load: Load) -> Stage:
    """Put a load on the stand."""
    users, rate, seconds = load.users, load.rate, load.seconds
    town.grow(users)
    ports = [peer.port for peer in stand.servers]
    with clients(town, ports, users, rate) as (asking, listening):
        parts = [*serving, asking.part, *(each.part for each in listening)]
        began = time.perf_counter() + LEAD
        asking.begin(began=began, seconds=seconds)
        for each in listening:
            each.begin(began=began, until=began + seconds + AFTER)
        kept, used, all_used = stand.cached(), [part.cpu() for part in parts], busy()
        watch = Watch(stand, parts, seconds)
        watch.until(began, began + seconds)
        spent = time.perf_counter() - began + LEAD
        shares = {part.name: (part.cpu() - was) / spent for part, was in zip(parts, used, strict=True)}
        others = (busy() - all_used) / spent - sum(shares.values())
        connections, now = stand.connections(), stand.cached()
        seen, heard = asking.reported(), [each.reported() for each in listening]
    hits, misses = now[0] - kept[0], now[1] - kept[1]
    return Stage(
        users, rate, seconds,
        {kind: dict(merged([bins])) for kind, bins in seen["kinds"].items()},
        merged([seen["late"]]), seen["failures"],
        merged(each["messages"] for each in heard), merged(each["presences"] for each in heard),
        sum(each["lost"] for each in heard), hits / max(hits + misses, 1), shares,
        min(max(others, 0.0), float(cores())), watch.memory, watch.pool, connections,
        watch.unanswered,
    )  # fmt: skip

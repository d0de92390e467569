"""Requests that arrive when they are due, whether or not the last one was answered.

    python -m benchmarks.harness_load.arrivals

Its first line on stdin is an order (ports, rate, seed, users, goods, categories),
the second says when to begin (of the monotonic clock, which is the same for all
processes) and for how long. Arrivals are a Poisson process; a latency counts
from the moment a request was due, so that a stall counts for all it held up
(no coordinated omission). Prints JSON: histograms by kind of request, what was
not answered 2xx, how late this program itself was in sending, its CPU seconds.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
from collections import Counter, deque
from random import Random
from time import perf_counter, process_time
from typing import Any

from benchmarks.harness.client import END
from benchmarks.harness_load.histogram import binned
from benchmarks.harness_load.mix import Ask, Mix, wire

MOST = 400  # connections to one server
PATIENCE = 15.0  # seconds an answer may take after the last request


class Wire:
    """One kept-alive connection and the request it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.due = b"", 0.0
        self.ask: Ask | None = None

    def received(self) -> tuple[bytes, bytes] | None:
        """Take what arrived; None while incomplete, else head and body; no head when it was closed."""
        try:
            data = self.socket.recv(262_144)
        except ConnectionError:
            data = b""
        if not data:
            return b"", b""
        self.buffer += data
        head, found, body = self.buffer.partition(END)
        if not found or len(body) < _length(head):
            return None
        self.buffer = b""
        return head, body


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


class Arrivals:
    """Sends what is due, on connections that are idle, and takes the answers."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.ports: list[int] = order["ports"]
        self.rate: float = order["rate"]
        self.chance = Random(order["seed"])
        goods, categories = order["goods"], order["categories"]
        self.mix = Mix([(u, c) for u, c in order["users"]], goods, categories, self.chance)
        self.idle: dict[int, list[Wire]] = {port: [] for port in self.ports}
        self.open: Counter[int] = Counter()
        self.waiting: deque[tuple[float, Ask]] = deque()
        self.selector = selectors.DefaultSelector()
        self.latencies: dict[str, list[float]] = {}
        self.late: list[float] = []
        self.failures: Counter[str] = Counter()
        self.busy = self.turn = 0

    def run(self, began: float, seconds: float) -> None:
        """Let requests arrive for `seconds`; then wait for what is not answered."""
        due = began
        while due < began + seconds:
            self._answers(due)
            while due <= perf_counter() and due < began + seconds:
                self.waiting.append((due, self.mix.draw(due)))
                due += self.chance.expovariate(self.rate)
            self._send()
        deadline = perf_counter() + PATIENCE
        while (self.busy or self.waiting) and perf_counter() < deadline:
            self._answers(perf_counter() + 0.05)
            self._send()
        self.failures["no answer"] += self.busy + len(self.waiting)

    def _send(self) -> None:
        """Send what waits; what finds no connection waits on."""
        while self.waiting and (line := self._line()) is not None:
            line.due, line.ask = self.waiting.popleft()
            self.late.append(perf_counter() - line.due)
            line.socket.sendall(wire(line.ask))
            self.busy += 1

    def _line(self) -> Wire | None:
        self.turn += 1
        port = self.ports[self.turn % len(self.ports)]
        if self.idle[port]:
            return self.idle[port].pop()
        if self.open[port] >= MOST:
            return None
        self.open[port] += 1
        line = Wire(port)
        self.selector.register(line.socket, selectors.EVENT_READ, (line, port))
        return line

    def _answers(self, until: float) -> None:
        """Take answers; wait for one until then at most."""
        for key, _ in self.selector.select(max(0.0, until - perf_counter())):
            line, port = key.data
            answer = line.received()
            if answer is not None:
                self._take(line, port, *answer)

    def _take(self, line: Wire, port: int, head: bytes, body: bytes) -> None:
        ask, line.ask = line.ask, None
        if ask is not None:
            self.busy -= 1
            self.latencies.setdefault(ask.kind, []).append(perf_counter() - line.due)
            if head[9:10] != b"2":
                self.failures[f"{ask.kind} {head[9:12].decode() or 'closed'}"] += 1
            elif ask.then is not None:
                ask.then(body)
        if head and b"\r\nconnection: close" not in head.lower():
            self.idle[port].append(line)
        else:
            self.selector.unregister(line.socket)
            line.socket.close()
            self.open[port] -= 1
            self.idle[port] = [each for each in self.idle[port] if each is not line]


def main() -> None:
    """Carry out an order; see the module."""
    arrivals = Arrivals(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    start = json.loads(sys.stdin.readline())
    cpu = process_time()
    arrivals.run(start["began"], start["seconds"])
    told = {
        "kinds": {kind: binned(each) for kind, each in arrivals.latencies.items()},
        "late": binned(arrivals.late),
        "failures": +arrivals.failures,
        "cpu": process_time() - cpu,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()

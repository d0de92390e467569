"""A keep-alive client in a process of its own: load without wrk, and paced probes.

    python -m benchmarks.harness.client '{"url": …, "seconds": 2, "connections": 16}'

With `interval` (seconds) one connection asks at that pace, and a request's
latency counts from the moment it was due, so that a stall counts for all that
it held up. Without, each connection sends its next request when it has the
answer to the last, as wrk does. `body` makes it a POST of JSON. Prints JSON:
requests, requests a second, latencies in milliseconds, answers that were no 2xx.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

END = b"\r\n\r\n"


class Connection:
    """One keep-alive connection: the request it repeats, and the answer it collects."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request, self.buffer, self.sent = request, b"", 0.0

    def send(self) -> None:
        """Send the request; note when."""
        self.sent = perf_counter()
        self.socket.sendall(self.request)

    def answered(self) -> bool | None:
        """Take what arrived; None while incomplete, else whether the status was 2xx."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed a kept-alive connection")
        self.buffer += data
        head, found, body = self.buffer.partition(END)
        if not found or len(body) < _length(head):
            return None
        self.buffer = b""
        return head[9:10] == b"2"

    def ask(self) -> bool:
        """Send and wait for the answer."""
        self.send()
        while (fine := self.answered()) is None:
            pass
        return fine


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def connection(url: str, headers: Sequence[str], body: str = "") -> Connection:
    """Return a connection that will ask for `url`."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{'POST' if body else 'GET'} {target} HTTP/1.1", f"Host: {parts.netloc}", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    request = "\r\n".join(lines).encode() + END + body.encode()
    return Connection((parts.hostname or "127.0.0.1", parts.port or 80), request)


def flood(connections: Sequence[Connection], seconds: float) -> dict[str, float]:
    """Keep every connection busy."""
    latencies, errors = [], 0
    with selectors.DefaultSelector() as selector:
        for one in connections:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.send()
        start = now = perf_counter()
        while now - start < seconds:
            for key, _ in selector.select(1.0):
                fine = key.data.answered()
                if fine is not None:
                    latencies.append(perf_counter() - key.data.sent)
                    errors += not fine
                    key.data.send()
            now = perf_counter()
    return _told(latencies, now - start, errors)


def pace(one: Connection, seconds: float, interval: float) -> dict[str, float]:
    """Ask every `interval` seconds."""
    latencies, errors = [], 0
    start = due = perf_counter()
    while due - start < seconds:
        time.sleep(max(0.0, due - perf_counter()))
        errors += not one.ask()
        latencies.append(perf_counter() - due)
        due += interval
    return _told(latencies, perf_counter() - start, errors)


def _told(latencies: list[float], seconds: float, errors: int) -> dict[str, float]:
    latencies.sort()
    return {
        "requests": len(latencies),
        "rate": len(latencies) / seconds,
        "p50": _percentile(latencies, 0.50),
        "p99": _percentile(latencies, 0.99),
        "errors": errors,
    }


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def run(order: dict[str, Any]) -> dict[str, float]:
    """Carry out an order; see the module."""
    count, body = int(order.get("connections", 1)), order.get("body", "")
    made = [connection(order["url"], order.get("headers", ()), body) for _ in range(count)]
    if "interval" in order:
        return pace(made[0], order["seconds"], order["interval"])
    return flood(made, order["seconds"])


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))

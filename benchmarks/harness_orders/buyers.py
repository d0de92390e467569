"""Buyers in a process of their own: list → detail → place → pay, again and again.

    python -m benchmarks.harness_orders.buyers < order.json

The order names the server's address, how many buyers at once, the seconds, the
accounts' tokens, and the listings with their sellers' tokens. Each buyer has a
connection kept alive and takes the next account and a listing drawn at random
for each journey; an order that is not to be paid is confirmed by its seller.
Prints JSON: journeys, their rate and latencies in milliseconds, those of the
placement alone, what was answered otherwise, and the CPU seconds of all that.
"""

from __future__ import annotations

import itertools
import json
import selectors
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from random import Random
from time import perf_counter, process_time
from typing import Any

from benchmarks.harness.client import END, Connection

Request = tuple[str, str, str, Any]
"""Method, path, token, body."""

PAGE = "/v1/listings?limit=20"
PAYING = {"gateway": "test", "method": "tok_ok"}


class Buyer(Connection):
    """A connection that keeps the body of its answers."""

    def __init__(self, address: tuple[str, int], journeys: Generator[Request, bytes, None]) -> None:
        super().__init__(address, b"")
        self.address, self.journeys = address, journeys

    def begin(self) -> None:
        """Send what the first journey begins with."""
        self._ask(next(self.journeys))

    def follow(self, answer: bytes) -> bool:
        """Send what the journey wants after an answer; False when it was the last."""
        try:
            self._ask(self.journeys.send(answer))
        except StopIteration:
            return False
        return True

    def _ask(self, wanted: Request) -> None:
        self.request = _bytes(wanted, self.address)
        self.send()

    def received(self) -> bytes | None:
        """Take what arrived; None while incomplete, else the whole answer."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed a kept-alive connection")
        self.buffer += data
        head, found, body = self.buffer.partition(END)
        if not found or len(body) < _length(head):
            return None
        answer, self.buffer = self.buffer, b""
        return answer


class Tally:
    """What the buyers saw."""

    def __init__(self) -> None:
        self.journeys: list[float] = []
        self.placements: list[float] = []
        self.failures: Counter[str] = Counter()
        self.is_closing = False


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _bytes(wanted: Request, address: tuple[str, int]) -> bytes:
    method, path, token, body = wanted
    lines = [f"{method} {path} HTTP/1.1", f"Host: {address[0]}", f"Authorization: Bearer {token}"]
    text = json.dumps(body) if body is not None else ""
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
        lines.append(f"Idempotency-Key: {Random().getrandbits(128):032x}")
    return "\r\n".join(lines).encode() + END + text.encode()


def journeys(
    accounts: Any, goods: Sequence[tuple[str, str]], chance: Random, tally: Tally
) -> Generator[Request, bytes, None]:
    """Order one thing after the other; a journey ends with the confirmed order."""
    while not tally.is_closing:
        token, (listing, seller) = next(accounts), chance.choice(goods)
        began = perf_counter()
        pages = [("GET", PAGE, token, None), ("GET", f"/v1/listings/{listing}", token, None)]
        fine = True
        for page in pages:
            fine &= _is_fine((yield page), page, tally)
        asked = perf_counter()
        order = ("POST", "/v1/orders", token, {"lines": [{"ref": f"listing:{listing}", "quantity": 1}]})
        answer = yield order
        placed = perf_counter()
        if not (_is_fine(answer, order, tally) and fine):
            continue
        made = json.loads(answer.partition(END)[2])["orders"][0]
        last = ("POST", f"/v1/orders/{made['id']}/confirm", seller, {})
        if made["payment"]:
            demand = ("POST", made["payment"]["url"], token, None)
            due = yield demand
            if not _is_fine(due, demand, tally):
                continue
            payment = json.loads(due.partition(END)[2])["id"]
            last = ("POST", f"/v1/payments/{payment}/confirm", token, PAYING)
        if _is_fine((yield last), last, tally):
            tally.placements.append(placed - asked)
            tally.journeys.append(perf_counter() - began)


def _is_fine(answer: bytes, asked: Request, tally: Tally) -> bool:
    if answer[9:10] == b"2":
        return True
    tally.failures[f"{asked[0]} {answer[9:12].decode()}"] += 1
    return False


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out an order; see the module."""
    accounts, tally = itertools.cycle(order["accounts"]), Tally()
    address = ("127.0.0.1", order["port"])
    buyers = [
        Buyer(address, journeys(accounts, order["goods"], Random(number), tally))
        for number in range(order["buyers"])
    ]
    with selectors.DefaultSelector() as selector:
        for buyer in buyers:
            selector.register(buyer.socket, selectors.EVENT_READ, buyer)
            buyer.begin()
        began = now = perf_counter()
        while now - began < order["seconds"]:
            for key, _ in selector.select(1.0):
                if (answer := key.data.received()) is not None:
                    key.data.follow(answer)
            now = perf_counter()
        counted, seconds = len(tally.journeys), now - began
        _finish(buyers, tally)
    return {
        "journeys": counted,
        "unfinished": len(tally.journeys) - counted,
        "rate": counted / seconds,
        "whole": _percentiles(tally.journeys),
        "place": _percentiles(tally.placements),
        "failures": dict(tally.failures),
        "cpu": process_time(),
    }


def _finish(buyers: Sequence[Buyer], tally: Tally) -> None:
    """Let each buyer end the journey it is on, so that the books are closed when they are read."""
    tally.is_closing = True
    for buyer in buyers:
        while (answer := buyer.received()) is None or buyer.follow(answer):
            pass


def _percentiles(latencies: list[float]) -> dict[str, float]:
    latencies.sort()
    last = len(latencies) - 1
    return {
        name: latencies[min(last, int(len(latencies) * share))] * 1000 if latencies else 0.0
        for name, share in (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))
    }


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))

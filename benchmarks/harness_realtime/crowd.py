"""Thousands of Socket.IO clients in one thread: the load of every server measured.

    crowd = Crowd()
    lines = crowd.open(port, 1000)
    crowd.ask(lines[0], "join", {"room": "hall:1"})

A client is a raw socket; one epoll looks after all of them, pings are answered
wherever a turn is taken. Nothing here knows which server it talks to.
"""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.harness.load import LoadError
from benchmarks.harness_realtime.frames import CLOSE, TEXT, masked, parsed

NAMESPACE = "/benchmark"
PATIENCE = 60.0  # seconds anything may take that must come
_BUFFER = 1 << 18
_KEY = base64.b64encode(b"a key of 16 byte").decode()
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCache-Control: no-cache\r\n\r\n"
).encode()
_EVENT, _ACK = f"42{NAMESPACE},".encode(), f"43{NAMESPACE},".encode()
_JOINED, _REFUSED = f"40{NAMESPACE},".encode(), f"44{NAMESPACE},".encode()


class Line:
    """One client: what it is in, and what it got."""

    __slots__ = ("_asked", "answers", "auth", "closed", "heard", "joined", "rest", "sock", "upgraded")

    def __init__(self, port: int, auth: dict[str, Any] | None) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setblocking(False)
        self.auth, self.rest = auth, b""
        self.upgraded = self.joined = self.closed = False
        self.heard: Callable[[bytes], None] = ignore
        self.answers: dict[int, Any] = {}
        self._asked = 0
        self.sock.sendall(UPGRADE)

    def send(self, name: str, data: Any, *, number: int | None = None) -> None:
        """Send an event; with a number, ask for its acknowledgement."""
        text = json.dumps([name, data], separators=(",", ":"))
        asked = "" if number is None else str(number)
        self.sock.sendall(masked(_EVENT + asked.encode() + text.encode()))

    def ask(self, name: str, data: Any) -> int:
        """Send an event; return the number its acknowledgement will have in `answers`."""
        self._asked += 1
        self.send(name, data, number=self._asked)
        return self._asked

    def received(self, data: bytes) -> None:
        """Take what arrived."""
        if not self.upgraded:
            head, _, data = (self.rest + data).partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 101"):
                raise LoadError(f"no WebSocket: {head[:200]!r}")
            self.upgraded, self.rest = True, b""
        self.rest = parsed(self.rest + data if self.rest else data, self._take)

    def _take(self, opcode: int, payload: bytes) -> None:
        if payload.startswith(_EVENT):
            self.heard(payload)
        elif opcode == TEXT:
            self._take_other(payload)
        elif opcode == CLOSE:
            raise LoadError(f"the server closed a socket: {payload!r}")

    def _take_other(self, payload: bytes) -> None:
        """Take a packet that is no event: rare."""
        if payload == b"2":
            self.sock.sendall(masked(b"3"))
        elif payload.startswith(b"0"):
            auth = json.dumps(self.auth, separators=(",", ":")) if self.auth else ""
            self.sock.sendall(masked(_JOINED + auth.encode()))
        elif payload.startswith(_JOINED):
            self.joined = True
        elif payload.startswith(_ACK):
            number, _, rest = payload[len(_ACK) :].partition(b"[")
            self.answers[int(number)] = json.loads(b"[" + rest)[0]
        elif payload.startswith(_REFUSED) or payload == b"1":
            raise LoadError(f"a socket was refused: {payload!r}")


def ignore(_: bytes) -> None:
    """Take an event and do nothing."""


def content(payload: bytes) -> list[Any]:
    """Return an event's name and arguments."""
    found: list[Any] = json.loads(payload[len(_EVENT) :])
    return found


class Crowd:
    """All clients of a run."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._lines: dict[int, Line] = {}
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)

    def open(
        self,
        port: int,
        many: int,
        *,
        window: int = 50,
        auth: Sequence[dict[str, Any] | None] = (),
        heard: Sequence[Callable[[bytes], None]] = (),
    ) -> list[Line]:
        """Open connections and join the namespace with each, `window` of them at once."""
        lines: list[Line] = []
        waiting: set[Line] = set()
        while len(lines) < many or waiting:
            while len(lines) < many and len(waiting) < window:
                line = Line(port, auth[len(lines)] if auth else None)
                if heard:
                    line.heard = heard[len(lines)]
                lines.append(line)
                waiting.add(line)
                self._lines[line.sock.fileno()] = line
                self._epoll.register(line.sock, select.EPOLLIN)
            self.turn()
            waiting = {line for line in waiting if not line.joined}
        return lines

    def turn(self, timeout: float = 1.0) -> None:
        """Read everything that has arrived; wait at most `timeout` seconds for the first of it."""
        for descriptor, _ in self._epoll.poll(timeout, 4096):
            line = self._lines[descriptor]
            try:
                count = os.readv(descriptor, (self._buffer,))
            except BlockingIOError:
                continue
            if not count:
                raise LoadError("the server ended a connection")
            line.received(bytes(self._view[:count]))

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Take turns until something is so; raise LoadError when it takes too long."""
        deadline = time.perf_counter() + seconds
        while not condition():
            if time.perf_counter() > deadline:
                raise LoadError(f"waited {seconds:.0f} s for what did not come")
            self.turn(0.05)

    def idle(self, seconds: float) -> None:
        """Do nothing but answer pings."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.turn(left)

    def ask(self, line: Line, name: str, data: Any) -> Any:
        """Send an event and return its acknowledgement's data; raise LoadError when it is refused."""
        return self.ask_all([(line, name, data)])[0]

    def ask_all(self, asked: Iterable[tuple[Line, str, Any]], window: int = 100) -> list[Any]:
        """Send events, `window` of them unanswered at a time; return what each was answered, in order."""
        numbers: list[tuple[Line, int]] = []
        answered = 0
        for line, name, data in asked:
            numbers.append((line, line.ask(name, data)))
            while len(numbers) - answered >= window:
                answered = self._answered(numbers, answered)
        self.until(lambda: all(number in line.answers for line, number in numbers))
        answers = [line.answers.pop(number) for line, number in numbers]
        for answer in answers:
            if not answer["ok"]:
                raise LoadError(f"refused: {answer['error']}")
        return [answer.get("data") for answer in answers]

    def _answered(self, numbers: list[tuple[Line, int]], done: int) -> int:
        """Take a turn; return how many of the asked are answered, counted from the first."""
        self.turn(0.05)
        while done < len(numbers) and numbers[done][1] in numbers[done][0].answers:
            done += 1
        return done

    def drop(self, lines: Iterable[Line]) -> None:
        """End connections without a word."""
        for line in lines:
            if not line.closed:
                line.closed = True
                del self._lines[line.sock.fileno()]
                self._epoll.unregister(line.sock)
                line.sock.close()

    def close(self) -> None:
        """End all connections."""
        self.drop(list(self._lines.values()))
        self._epoll.close()

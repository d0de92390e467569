"""Socket users in a process of their own: each in its conversation, watching some others.

    python -m benchmarks.harness_load.sockets

Its first line on stdin is an order (ports, users, how many each watches); when all
are connected it prints `ready`. The second line says until when to listen
(of the monotonic clock). What is told carries the moment its request was due.
Prints JSON: histograms of how long messages and presences took from then, how many
arrived of each, sockets lost, its CPU seconds.
"""

from __future__ import annotations

import json
import os
import re
import resource
import select
import socket
import sys
from array import array
from time import perf_counter, process_time
from typing import Any

from benchmarks.harness.load import LoadError
from benchmarks.harness_load.histogram import binned
from benchmarks.harness_realtime.crowd import PATIENCE, UPGRADE
from benchmarks.harness_realtime.frames import CLOSE, masked, parsed

CHAT, PRESENCE = b"/chat,", b"/presence,"
NEW = b'42/chat,["message:new"'
CHANGED = b'42/presence,["presence:changed"'
_DUE = re.compile(rb"due:(\d+\.\d+)")
_WINDOW = 50  # connects on their way at once
_BUFFER = 1 << 18


class User:
    """One socket in the namespaces `/chat` and `/presence`."""

    __slots__ = ("auth", "closed", "ready", "rest", "room", "sock", "upgraded", "watched")

    def __init__(self, port: int, token: str, watched: list[str], room: Room) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setblocking(False)
        self.auth = json.dumps({"token": token}, separators=(",", ":")).encode()
        self.watched, self.room, self.rest = watched, room, b""
        self.upgraded = self.ready = self.closed = False
        self.sock.sendall(UPGRADE)

    def received(self, data: bytes) -> None:
        """Take what arrived."""
        data = self.rest + data
        if not self.upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise LoadError(f"no WebSocket: {head[:200]!r}")
            self.upgraded = True
        self.rest = parsed(data, self._take)

    def _take(self, opcode: int, payload: bytes) -> None:
        if payload.startswith(NEW):
            self.room.heard(self.room.messages, payload)
        elif payload.startswith(CHANGED):
            self.room.heard(self.room.presences, payload)
        elif payload == b"2":
            self._send(b"3")
        elif opcode == CLOSE:
            self.closed = True
        elif not self.ready:
            self._join(payload)

    def _join(self, payload: bytes) -> None:
        """Take the next step into the namespaces; then watch."""
        if payload.startswith(b"0"):
            self._send(b"40" + CHAT + self.auth)
        elif payload.startswith(b"40" + CHAT):
            self._send(b"40" + PRESENCE + self.auth)
        elif payload.startswith(b"40" + PRESENCE):
            asked = json.dumps(["subscribe", {"user_ids": self.watched}], separators=(",", ":"))
            self._send(b"42" + PRESENCE + b"1" + asked.encode())
        elif payload.startswith(b"43" + PRESENCE):
            self.ready = True
        elif payload.startswith(b"44"):
            raise LoadError(f"a socket was refused: {payload[:200]!r}")

    def _send(self, payload: bytes) -> None:
        self.sock.sendall(masked(payload))


class Room:
    """All users of this process."""

    def __init__(self) -> None:
        self.users: dict[int, User] = {}
        self.messages, self.presences = array("d"), array("d")
        self.lost, self.began = 0, float("inf")
        self._epoll = select.epoll()
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)

    def heard(self, times: array[float], payload: bytes) -> None:
        """Note how long each thing told took; what was due before the beginning does not count."""
        now = perf_counter()
        times.extend(now - due for each in _DUE.findall(payload) if (due := float(each)) >= self.began)

    def open(self, order: dict[str, Any]) -> None:
        """Connect all, some at a time; raise LoadError when it takes too long."""
        waiting: set[User] = set()
        left = list(order["users"])[::-1]
        while left or waiting:
            while left and len(waiting) < _WINDOW:
                each = left.pop()
                user = User(each["port"], each["token"], each["watched"], self)
                self.users[user.sock.fileno()] = user
                self._epoll.register(user.sock, select.EPOLLIN)
                waiting.add(user)
            before = len(waiting)
            self.turn(PATIENCE)
            waiting = {user for user in waiting if not user.ready}
            if self.lost:
                raise LoadError(f"{self.lost} sockets were closed while {before} connected")

    def turn(self, timeout: float) -> None:
        """Read all that has arrived; wait at most `timeout` seconds for the first of it."""
        for descriptor, _ in self._epoll.poll(timeout, 4096):
            user = self.users[descriptor]
            try:
                count = os.readv(descriptor, (self._buffer,))
            except BlockingIOError:
                continue
            except ConnectionError:
                count = 0
            if count:
                user.received(bytes(self._view[:count]))
            if not count or user.closed:
                self._drop(descriptor)

    def _drop(self, descriptor: int) -> None:
        self.lost += 1
        self._epoll.unregister(descriptor)
        self.users.pop(descriptor).sock.close()


def main() -> None:
    """Carry out an order; see the module."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    room = Room()
    room.open(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    with select.epoll() as said:  # while others are not ready yet, pings are answered
        said.register(sys.stdin, select.EPOLLIN)
        while not said.poll(0):
            room.turn(0.2)
    start = json.loads(sys.stdin.readline())
    cpu, room.began = process_time(), start["began"]
    while (left := start["until"] - perf_counter()) > 0:
        room.turn(left)
    told = {
        "messages": binned(room.messages),
        "presences": binned(room.presences),
        "lost": room.lost,
        "cpu": process_time() - cpu,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()

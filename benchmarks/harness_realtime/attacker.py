"""One attack on a server, in a process of its own.

    python -m benchmarks.harness_realtime.attacker NAME PORT SECONDS ATTACKERS FRAGMENTS FLOOD

Attacks by raw sockets what ARCHITECTURE §8 says is withstood. Prints what it
saw of the server's answers, as JSON; ends 1 when the server let it pass.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.harness_realtime.course import TEXT
from benchmarks.harness_realtime.crowd import UPGRADE, Crowd
from benchmarks.harness_realtime.frames import MASKED, NO_MASK, masked

MEGABYTES_50 = 50 * 1024 * 1024
_CHUNK = bytes(64 * 1024)
_FIRST_FRAGMENT, _FRAGMENT = 0x01, 0x00


class Withstood(Exception):  # noqa: N818 - what should happen
    """The server ended the connection: the attack failed."""


@dataclass(frozen=True, slots=True)
class Attack:
    """How much of everything."""

    port: int
    seconds: float
    attackers: int
    fragments: int
    flood: int

    def upgraded(self) -> socket.socket:
        """Return a WebSocket that is open."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        sock.sendall(UPGRADE)
        received = b""
        while b'"maxPayload"' not in received:
            received += _received(sock)
        return sock

    def repeatedly(self, act: Callable[[], None], least: int = 1) -> int:
        """Attack again and again while the time lasts; return how often the server ended it."""
        withstood = tried = 0
        until = time.monotonic() + self.seconds
        while tried < least or (time.monotonic() < until and tried < self.attackers):
            tried += 1
            try:
                act()
            except (Withstood, ConnectionError):
                withstood += 1
        if withstood != tried:
            raise SystemExit(f"{tried - withstood} of {tried} attacks were not ended")
        return tried

    # -- the attacks ---------------------------------------------------------

    def huge_length(self) -> int:
        """Declare a frame of 2^40 bytes and send a little of it."""

        def act() -> None:
            with self.upgraded() as sock:
                sock.sendall(bytes((0x81, MASKED | 127)) + (1 << 40).to_bytes(8, "big") + NO_MASK + _CHUNK)
                _ended(sock)

        return self.repeatedly(act)

    def large_frame(self) -> int:
        """Send a frame of 50 MB."""

        def act() -> None:
            with self.upgraded() as sock:
                sock.sendall(bytes((0x81, MASKED | 127)) + MEGABYTES_50.to_bytes(8, "big") + NO_MASK)
                for _ in range(MEGABYTES_50 // len(_CHUNK)):
                    sock.sendall(_CHUNK)
                _ended(sock)

        return self.repeatedly(act)

    def fragments_of_one_byte(self) -> int:
        """Send one message in a million fragments."""
        portion = masked(b"x", _FRAGMENT) * 1000

        def act() -> None:
            with self.upgraded() as sock:
                sock.sendall(masked(b"4", _FIRST_FRAGMENT))
                for _ in range(self.fragments // 1000):
                    sock.sendall(portion)
                _ended(sock)

        return self.repeatedly(act)

    def unmasked(self) -> int:
        """Send a frame without a mask."""

        def act() -> None:
            with self.upgraded() as sock:
                sock.sendall(b"\x81\x014")
                _ended(sock)

        return self.repeatedly(act)

    def bad_key(self) -> int:
        """Ask for a WebSocket with a key that is none."""

        def act() -> None:
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as sock:
                sock.sendall(UPGRADE.replace(b"Sec-WebSocket-Key: ", b"Sec-WebSocket-Key: x"))
                if b" 400 " in _received(sock).partition(b"\r\n")[0]:
                    raise Withstood

        return self.repeatedly(act)

    def slow_handshake(self) -> int:
        """Hold many connections that send their request byte by byte, or nothing once they are open."""
        socks = [
            socket.create_connection(("127.0.0.1", self.port), timeout=30) for _ in range(self.attackers)
        ]
        opened = [self.upgraded() for _ in range(self.attackers)]
        until, at = time.monotonic() + self.seconds, 0
        while time.monotonic() < until and at < len(UPGRADE) - 10:
            for sock in socks:
                sock.sendall(UPGRADE[at : at + 1])
            at += 1
            time.sleep(0.05)
        for sock in (*socks, *opened):
            sock.close()
        return self.attackers

    def never_reads(self) -> int:
        """Be told 200,000 things and read none of them, while another reads all."""
        heard, deaf = 0, self.upgraded()
        deaf.sendall(masked(b"40/benchmark,") + masked(b'42/benchmark,["join",{"room":"hall:flood"}]'))
        crowd = Crowd()
        line = crowd.open(self.port, 1)[0]

        def hear(_: bytes) -> None:
            nonlocal heard
            heard += 1

        line.heard = hear
        crowd.ask(line, "join", {"room": "hall:flood"})
        time.sleep(0.2)  # the deaf one joins: it reads no answer
        number = line.ask("flood", {"room": "hall:flood", "count": self.flood, "text": TEXT})
        crowd.until(lambda: number in line.answers and heard >= self.flood, 300)
        try:
            while _received(deaf):
                pass
        except (Withstood, ConnectionError):
            return heard
        raise SystemExit("who never read was not closed")

    def two_at_once(self) -> int:
        """Have two senders fill the same sockets at once; every frame must come whole."""
        crowd, heard = Crowd(), 0
        lines = crowd.open(self.port, 10)

        def hear(payload: bytes) -> None:
            nonlocal heard
            heard += payload.endswith(b'"}]')

        for line in lines:
            line.heard = hear
        crowd.ask_all((line, "join", {"room": "hall:two"}) for line in lines)
        each = self.flood // 20
        for line in lines[:2]:
            line.send("flood", {"room": "hall:two", "count": each, "text": TEXT})
        crowd.until(lambda: heard >= 2 * each * len(lines), 300)
        return heard


ATTACKS = (
    "huge_length",
    "large_frame",
    "fragments_of_one_byte",
    "unmasked",
    "bad_key",
    "slow_handshake",
    "never_reads",
    "two_at_once",
)


def _received(sock: socket.socket) -> bytes:
    data = sock.recv(65_536)
    if not data:
        raise Withstood
    return data


def _ended(sock: socket.socket) -> None:
    """Read until the server ends it: raises Withstood or ConnectionError; TimeoutError when it does not."""
    while True:
        _received(sock)


def main() -> None:
    name, port, seconds, attackers, fragments, flood = sys.argv[1:]
    attack = Attack(int(port), float(seconds), int(attackers), int(fragments), int(flood))
    began = time.monotonic()
    count = getattr(attack, name)()
    print(json.dumps({"count": count, "seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()

"""A chat client that stays: it returns with its positions, and loads what it cannot be told."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.testing.realtime import SocketClient
from kernel.testing.server import Server
from tests.faults.market.people import Disappointed, Person
from tests.faults.market.record import Told

NAMESPACE = "/chat"
ROOM = "conversation:"
MOMENT = 0.05  # seconds between looks at the connection
ACKNOWLEDGED = 5.0  # seconds a client waits before it sends a message another way


class Listener:
    """One person's socket, for as long as they are there.

    A room it comes into later, or cannot be told the rest of when it returns, it
    loads over HTTP, as clients do: what it knows is that and what it is told.
    """

    def __init__(self, person: Person, doors: Sequence[Server]) -> None:
        self.person, self._doors = person, doors
        self.clients: list[SocketClient] = []
        self._seen: set[str] = set()
        self.loads = 0
        self._loaded: dict[str, list[Told]] = {}
        self._over = threading.Event()
        self._here = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Listener:
        """Connect; what comes later is told from here on."""
        self._thread.start()
        self._here.wait()
        return self

    def _run(self) -> None:
        for door in itertools.cycle(self._doors):
            if self._over.is_set():
                return
            positions = self.clients[-1].positions if self.clients else None
            try:
                client = SocketClient(door.url, NAMESPACE, self.person.token, positions)
            except (AssertionError, OSError):  # refused, or nobody there
                self._over.wait(4 * MOMENT)
                continue
            self._enter(client, positions)
            while client.reason is None and not self._over.wait(MOMENT):
                self._look_around(client)
            client.close()

    def _enter(self, client: SocketClient, positions: Mapping[str, Any] | None) -> None:
        if positions is None:  # what was in these rooms before is not looked for
            self._seen = set(client.rooms)
        for name, state in client.rooms.items():
            if name in self._seen and positions is not None and not state.get("recovered"):
                self._seen.discard(name)
        self.clients.append(client)
        self._look_around(client)
        self._here.set()

    def _look_around(self, client: SocketClient) -> None:
        """Load the rooms it came into, or could not be told the rest of."""
        for name in [name for name in list(client.rooms) if name not in self._seen]:
            self._seen.add(name)
            if name.startswith(ROOM):
                self._load(name)

    def _load(self, room: str) -> None:
        """Read a conversation from its beginning, as a client does that has nothing of it."""
        self.loads += 1
        path = f"/v1/conversations/{room.removeprefix(ROOM)}/messages?limit=100&after="
        found: list[Told] = []
        after: int | None = 0
        try:
            while after is not None:
                page = self.person.get(f"{path}{after}")
                found += [(one["seq"], one["id"]) for one in page["items"]]
                after = page["newer"]
        except Disappointed:
            return
        self._loaded[room] = sorted(found)

    def send(self, data: Mapping[str, Any]) -> bool:
        """Send a message by the socket; tell whether it was acknowledged."""
        if not self.clients:
            return False
        client = self.clients[-1]
        answers: list[dict[str, Any]] = []
        try:
            client._client.emit("message:send", (dict(data),), namespace=NAMESPACE, callback=answers.append)
        except Exception:  # noqa: BLE001 - the library has many ways to say that it is cut off
            return False
        deadline = time.monotonic() + ACKNOWLEDGED
        while not answers and client.reason is None and time.monotonic() < deadline:
            self._over.wait(MOMENT)
        return bool(answers and answers[0]["ok"])

    def heard(self) -> dict[str, list[Told]]:
        """Return what this client knows, by conversation; raise AssertionError if a stream had a gap."""
        told = {name: list(of) for name, of in self._loaded.items()}
        for client in list(self.clients):
            for event in client.heard("message:new"):
                one = (event.data["message"]["seq"], event.data["message"]["id"])
                room = str(event.room)
                if one not in self._loaded.get(room, ()):
                    told.setdefault(room, []).append(one)
        return {name.removeprefix(ROOM): messages for name, messages in told.items()}

    def close(self) -> None:
        """Disconnect for good."""
        self._over.set()
        self._thread.join()

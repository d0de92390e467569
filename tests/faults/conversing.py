"""People who keep writing to each other while something breaks, and what each was told."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from kernel import uuid7
from kernel.testing import Server
from kernel.testing.realtime import SocketClient
from tests.faults.conftest import Site, until

NAMESPACE = "/chat"
AGAIN = 0.05  # seconds before somebody who was refused or cut off asks again


@dataclass(frozen=True)
class Person:
    """Somebody with an access token."""

    id: str
    token: str


class Listener:
    """A client that returns to one process or the other, with its positions, whenever it is cut off."""

    def __init__(self, person: Person, servers: Sequence[Server], room: str) -> None:
        self.person, self._servers, self._room = person, servers, room
        self.clients: list[SocketClient] = []
        self.loaded_anew = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until(lambda: self.clients)

    def _run(self) -> None:
        for server in itertools.cycle(self._servers):
            if self._over.is_set():
                return
            before = self.clients[-1] if self.clients else None
            try:
                client = SocketClient(
                    server.url, NAMESPACE, self.person.token, before.positions if before else None
                )
            except (AssertionError, OSError):  # refused, or nobody there
                self._over.wait(AGAIN)
                continue
            if before is not None:
                self.loaded_anew += not client.rooms[self._room]["recovered"]
            self.clients.append(client)
            while client.reason is None and not self._over.wait(AGAIN):
                pass
            client.close()

    @property
    def told(self) -> list[tuple[int, str]]:
        """The number and id of each message, in the order in which they came."""
        return [
            (event.data["message"]["seq"], event.data["message"]["id"])
            for client in list(self.clients)
            for event in client.heard("message:new")
        ]

    def close(self) -> None:
        """Disconnect for good."""
        self._over.set()
        self._thread.join()


@dataclass
class Conversation:
    """A group whose members all write, read and listen, through two processes.

    Who gets no answer, or 503, sends the same message again, under its id, to the
    other process. `sent` are the ids that were acknowledged, `again` how many
    were sent more than once; `faults` whatever else was answered.
    """

    site: Site
    servers: Sequence[Server]
    people: Sequence[Person]
    id: str
    listeners: list[Listener] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    again: int = 0
    faults: list[Any] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.listen()
        self._threads = [
            threading.Thread(target=self._write, args=(one,), daemon=True) for one in self.people
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def listen(self) -> None:
        """Connect everybody, each to the next process."""
        for number, person in enumerate(self.people):
            servers = [*self.servers[number % 2 :], *self.servers[: number % 2]]
            self.listeners.append(Listener(person, servers, f"conversation:{self.id}"))

    def stop(self) -> None:
        """Let everybody finish what they are sending."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Disconnect everybody."""
        for listener in self.listeners:
            listener.close()

    def _write(self, person: Person) -> None:
        while not self._stop.is_set():
            answer = self.send(person, str(uuid7()))
            if random.random() < 0.3:
                self._read(person, answer["seq"])

    def send(self, person: Person, key: str) -> dict[str, Any]:
        """Send one message until it is acknowledged; return it."""
        path = f"/v1/conversations/{self.id}/messages"
        body = {"id": key, "text": key}
        answer = self._until_answered(person, lambda to: to.post(path, body, token=person.token, timeout=5))
        self.sent.add(key)
        return answer

    def send_later(self, person: Person, key: str) -> threading.Thread:
        """Send one message in a thread of its own."""
        thread = threading.Thread(target=self.send, args=(person, key), daemon=True)
        thread.start()
        return thread

    def _read(self, person: Person, seq: int) -> None:
        path = f"/v1/conversations/{self.id}/read"
        self._until_answered(person, lambda to: to.request("PUT", path, {"seq": seq}, token=person.token))

    def _until_answered(self, person: Person, ask: Callable[[Server], Any]) -> dict[str, Any]:
        first = self.people.index(person) % 2
        for attempt in itertools.count():
            self.again += attempt == 1
            try:
                answer = ask(self.servers[(first + attempt) % 2])
            except OSError:
                self._stop.wait(AGAIN)
                continue
            if answer.status in {200, 201}:
                return answer.json
            if answer.status != 503:
                self.faults.append(answer.text)
                self._stop.set()
                return {"seq": 0}
            self._stop.wait(AGAIN)
        raise AssertionError("unreachable: it is tried until it is answered")

    def said_more(self, count: int) -> Callable[[], bool]:
        """Return the condition that `count` more messages were acknowledged than now."""
        enough = len(self.sent) + count
        return lambda: len(self.sent) >= enough or bool(self.faults)

    def stored(self) -> list[tuple[int, str]]:
        """Return number and id of all messages, in order, as the database has them."""
        sql = "SELECT seq, id::text FROM chat_message WHERE conversation_id = %s AND counted ORDER BY seq"
        return self.site.rows(sql, self.id)

    def assert_all_have_everything_once_in_order(self) -> None:
        """Compare what everybody was told, and their unread counts, with the database."""
        assert self.faults == []
        kept = self.stored()
        assert {key for _, key in kept} == self.sent
        seqs = [seq for seq, _ in kept]
        assert seqs == list(range(seqs[0], seqs[0] + len(kept)))
        for listener in self.listeners:
            until(lambda listener=listener: len(listener.told) >= len(kept))
            assert listener.told == kept
            assert listener.loaded_anew == 0
        assert [self._unread(one) for one in self.people] == [self._recounted(one) for one in self.people]

    def _unread(self, person: Person) -> int:
        answer = self.servers[1].get(f"/v1/conversations/{self.id}", token=person.token)
        assert answer.status == 200, answer.text
        return answer.json["me"]["unread"]

    def _recounted(self, person: Person) -> int:
        """Count what others wrote after the message up to which somebody has read."""
        return self.site.one(
            "SELECT count(*) FROM chat_message m JOIN chat_member w ON w.conversation_id = m.conversation_id "
            "WHERE m.conversation_id = %s AND w.user_id = %s AND m.counted AND m.deleted_at IS NULL "
            "AND m.sender_id <> w.user_id AND m.seq > w.read_seq",
            self.id,
            person.id,
        )

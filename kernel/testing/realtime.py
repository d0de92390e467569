"""Real sockets for tests: a serving process on the application's own database.

    def test_a_note_reaches_who_reads(realtime, client, ann, ben):
        reader = realtime.connect("/notes", ben)
        ann.post("/v1/notes", {"title": "A chair"})
        assert reader.expect("note:written").data["title"] == "A chair"

The process is another node than the one the test runs in: what the test
publishes comes over PostgreSQL, as between two servers. It runs no worker, so
`work()` is still the test's. The client is python-socketio's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from socketio.exceptions import ConnectionError as Refused

from kernel.realtime.recovery import UNWRITTEN
from kernel.testing.client import Client
from kernel.testing.ordered_client import OrderedClient
from kernel.testing.server import Server

PATIENCE = 15.0  # seconds a test waits for what must come; nothing is measured by it


@dataclass(frozen=True, slots=True)
class Event:
    """One event a client got; `seq` and `epoch` where it stands in a stream."""

    name: str
    data: Any
    room: str | None = None
    epoch: str | None = None
    seq: int | None = None


class AckRefused(AssertionError):  # noqa: N818 - reads as what happened
    """An event was answered with a problem; `problem` has its members."""

    def __init__(self, event: str, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{event}: {problem}")
        self.problem = dict(problem)
        self.status: int = problem["status"]


class ConnectRefused(AssertionError):  # noqa: N818 - reads as what happened
    """A namespace could not be joined; `answer` is CONNECT_ERROR's payload."""

    def __init__(self, namespace: str, answer: Any) -> None:
        super().__init__(f"{namespace}: {answer}")
        self.answer = answer

    @property
    def problem(self) -> dict[str, Any]:
        """The problem's members; empty for a namespace that is not there."""
        return dict(self.answer.get("data") or {}) if isinstance(self.answer, dict) else {}


class SocketClient:
    """One client in one namespace; keeps every event, in the order of arrival.

    It follows the rule for clients: what a `rooms` answer recovers is in
    `events` as if it had come live, and `positions` is what to return with.
    """

    def __init__(
        self,
        url: str,
        namespace: str,
        token: str | None = None,
        positions: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        transports: tuple[str, ...] = ("websocket",),
        headers: Mapping[str, str] | None = None,
        raw_auth: Any = None,
    ) -> None:
        """Connect and join; raise ConnectRefused with the server's answer.

        `raw_auth` is sent in place of what the token and the positions make.
        """
        self.namespace = namespace
        self.events: list[Event] = []
        self.rooms: dict[str, dict[str, Any]] = {}
        self.positions: dict[str, dict[str, Any]] = {
            name: dict(one) for name, one in (positions or {}).items()
        }
        self.reason: str | None = None
        self._taken = 0
        self._fault: str | None = None
        self._changed = threading.Condition()
        self._refusal: Any = None
        self._wire: Any = None
        self._http = requests.Session()
        self._http.headers.update(
            headers or {}
        )  # of every request; the library's own go with the first alone
        self._client = OrderedClient(reconnection=False, handle_sigint=False, http_session=self._http)
        self._client.on("*", self._hear, namespace=namespace)
        self._client.on("disconnect", self._gone, namespace=namespace)
        self._client.on("connect_error", self._refused, namespace=namespace)
        auth: dict[str, Any] = {"token": token} if token else {}
        if positions is not None:
            auth["positions"] = self.positions
        self._open(url, auth if raw_auth is None else raw_auth, transports, dict(headers or {}))
        if self._client.over is not None:
            self._gone(self._client.over)
        self._await(lambda: bool(self._heard("rooms")), "the rooms after CONNECT")

    def _open(self, url: str, auth: Any, transports: tuple[str, ...], headers: Mapping[str, str]) -> None:
        try:
            self._client.connect(
                url,
                headers=headers,
                auth=auth,
                transports=list(transports),
                namespaces=[self.namespace],
                wait_timeout=int(PATIENCE),
            )
            self._wire = self._client.eio.ws
        except Refused as ex:
            self._wire = self._client.eio.ws
            self._client.disconnect()
            self._client.shutdown()
            self._let_go()
            raise ConnectRefused(self.namespace, self._refusal or str(ex)) from ex

    def call(self, name: str, data: Any = None) -> Any:
        """Send an event, wait for its acknowledgement, return its data; raise AckRefused."""
        answer = self.ask(name, data)
        if not answer["ok"]:
            raise AckRefused(name, answer["error"])
        return answer["data"]

    def ask(self, name: str, data: Any = None) -> dict[str, Any]:
        """Send an event and return its acknowledgement as it came."""
        answers: list[dict[str, Any]] = []

        def answered(answer: dict[str, Any]) -> None:
            with self._changed:
                answers.append(answer)
                if name in {"join", "recover"} and answer["ok"]:  # here: live events follow at once
                    self._entered(answer["data"]["rooms"])
                self._changed.notify_all()

        arguments = () if data is None else (data,)
        self._client.emit(name, arguments, namespace=self.namespace, callback=answered)
        self._await(lambda: bool(answers), f"the acknowledgement of {name}")
        assert answers[0].keys() in ({"ok", "data"}, {"ok", "error"}), answers[0]
        return answers[0]

    def send(self, name: str, data: Any = None) -> None:
        """Send an event without asking for an acknowledgement."""
        self._client.emit(name, () if data is None else (data,), namespace=self.namespace)

    def join(self, room: str) -> dict[str, Any]:
        """Enter a room; return where it stands. Raises AckRefused."""
        state: dict[str, Any] = self.call("join", {"room": room})["rooms"][room]
        return state

    def expect(self, name: str, where: Callable[[Any], bool] = lambda data: True) -> Event:  # noqa: ARG005
        """Return the next event of this name (whose data `where` accepts); wait until it comes.

        Events that came before one already returned are not returned again.
        """
        found: list[tuple[int, Event]] = []

        def there() -> bool:
            rest = enumerate(self.events[self._taken :], self._taken)
            found.extend([(at, one) for at, one in rest if one.name == name and where(one.data)][:1])
            return bool(found)

        self._await(there, f"{name} after {[one.name for one in self.events[self._taken :]]}")
        self._taken = found[0][0] + 1
        return found[0][1]

    def heard(self, name: str) -> list[Event]:
        """Return every event of this name that came so far; raise AssertionError if a stream had a gap."""
        with self._changed:
            assert self._fault is None, self._fault
            return self._heard(name)

    def until(self, condition: Callable[[SocketClient], bool]) -> None:
        """Wait until a condition on what came holds."""
        self._await(lambda: condition(self), "what the test waits for")

    def wait_closed(self) -> str:
        """Wait until the connection is over; return the reason the client was told."""
        self._await(lambda: self.reason is not None, "the end of the connection")
        return self.reason or ""

    def close(self) -> None:
        """Disconnect. Harmless twice."""
        self._client.disconnect()
        self._client.shutdown()
        self._let_go()

    def _let_go(self) -> None:
        """Close what the library leaves open when the server closed first."""
        if self._wire is not None:
            self._wire.shutdown()
        self._http.close()

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while not condition():
                assert self._fault is None, self._fault
                assert self._changed.wait(deadline - time.monotonic()), f"{self.namespace}: waited for {what}"

    def _heard(self, name: str) -> list[Event]:
        return [one for one in self.events if one.name == name]

    def _hear(self, name: str, *arguments: Any) -> None:
        with self._changed:
            self._note(name, *arguments)
            if name == "rooms":
                self._entered(arguments[0]["rooms"])
            self._changed.notify_all()

    def _note(self, name: str, data: Any = None, place: Mapping[str, Any] | None = None) -> None:
        """Keep an event; one of a stream only if it is the next, as clients do."""
        if place is None:
            self.events.append(Event(name, data))
            return
        room, epoch, seq = place["room"], place["epoch"], place["seq"]
        known = self.positions.get(room)
        if known is not None and (known["epoch"], known["seq"]) != UNWRITTEN:
            if known["epoch"] != epoch:
                self._fault = f"{room}: the stream changed and nobody said so"
            elif seq <= known["seq"]:
                return
            elif seq != known["seq"] + 1:
                self._fault = f"{room}: {seq} came after {known['seq']}"
        elif known is not None and seq != 1:
            self._fault = f"{room}: {seq} came as the first event"
        self.positions[room] = {"epoch": epoch, "seq": seq}
        self.events.append(Event(name, data, room, epoch, seq))

    def _entered(self, rooms: Mapping[str, Mapping[str, Any]]) -> None:
        for name, state in rooms.items():
            self.rooms[name] = dict(state)
            if "error" in state:
                self.positions.pop(name, None)
                continue
            for missed in state.get("events", ()):
                self._note(*missed)
            self.positions[name] = {"epoch": state["epoch"], "seq": state["seq"]}
        self._changed.notify_all()

    def _gone(self, reason: str) -> None:
        with self._changed:
            self.reason = reason
            self._changed.notify_all()

    def _refused(self, answer: Any) -> None:
        self._refusal = answer


class Realtime:
    """A serving process and the clients a test connected to it."""

    def __init__(self, server: Server, app_clock: Any) -> None:
        self.server, self._clock = server, app_clock
        self._clients: list[SocketClient] = []

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.server.url

    def connect(
        self,
        namespace: str,
        who: Client | str | None = None,
        positions: Mapping[str, Mapping[str, Any]] | None = None,
        **options: Any,
    ) -> SocketClient:
        """Connect as a client of the test (or by a token, or as nobody); see `SocketClient`."""
        token = who.headers["authorization"].partition(" ")[2] if isinstance(who, Client) else who
        self._clients.append(SocketClient(self.url, namespace, token, positions, **options))
        return self._clients[-1]

    def advance(self, by: timedelta) -> datetime:
        """Move the clocks of the test and of the process to one moment, `by` later."""
        now: datetime = self._clock.advance(by)
        answer = self.server.post("/v1/_clock", {"set": now.isoformat()})
        assert answer.status == 200, answer.text  # noqa: PLR2004
        return now

    def close(self) -> None:
        """Disconnect every client of the test."""
        while self._clients:
            self._clients.pop().close()

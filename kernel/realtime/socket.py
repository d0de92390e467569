"""One client in one namespace: what handlers, rooms and the gateway see of it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from gevent.event import AsyncResult
from gevent.timeout import Timeout

from kernel.realtime.engine import Frame
from kernel.realtime.socketio.packets import PacketType, encoded, event
from kernel.realtime.turns import Turns

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.realtime.connection import Connection
    from kernel.realtime.identity import Identity
    from kernel.realtime.runtime import Runtime

MAX_AWAITED = 100  # acknowledgements one client may owe at once


class Socket:
    """A joined namespace; the `Caller` of its events and the `Member` of its rooms.

    `generation` grows when the account's rights change, so that whoever asked an
    authoriser before asks again. `live` from the CONNECT packet's answer until
    something takes the socket away, `gone` once nothing may know it any more.
    """

    __slots__ = (
        "_awaited",
        "_state",
        "connection",
        "generation",
        "gone",
        "identity",
        "live",
        "namespace",
        "received",
        "refreshing",
        "rooms",
        "runtime",
        "sent",
        "sid",
        "since",
        "turns",
    )

    def __init__(self, connection: Connection, runtime: Runtime, sid: str, identity: Identity) -> None:
        self.connection, self.runtime, self.identity = connection, runtime, identity
        self.namespace = runtime.path
        self.sid, self.since = sid, monotonic()
        self.rooms: set[str] = set()
        self.turns = Turns()
        self.live = self.refreshing = self.gone = False
        self.generation = self.received = self.sent = 0
        self._state: dict[str, Any] | None = None
        self._awaited: dict[int, AsyncResult] | None = None

    @property
    def principal(self) -> Principal:
        """Who is connected, as recognised last."""
        return self.identity.principal

    @property
    def ip(self) -> str:
        """The client's address."""
        return self.connection.session.environ.ip

    @property
    def user_agent(self) -> str:
        """What the client says it is."""
        return self.connection.session.environ.user_agent

    @property
    def traceparent(self) -> str:
        """The W3C `traceparent` the connection was opened with; empty for none."""
        return self.connection.session.environ.headers.get("traceparent", "")

    @property
    def state(self) -> dict[str, Any]:
        """The plugin's own notes about this socket."""
        if self._state is None:
            self._state = {}
        return self._state

    def settle(self) -> None:
        """Be known by what the caller is now; raise Unavailable where that cannot be asked."""
        self.connection.gateway.reviews.settle(self)

    def deliver(self, frame: Frame) -> None:
        """Queue a frame; never waits."""
        self.connection.session.send_frame(frame)

    def emit(self, name: str, *data: Any) -> None:
        """Send an event to this socket alone; never waits."""
        self.sent += 1
        self.connection.session.send_frame(Frame(*event(self.namespace, name, list(data))))

    def call(self, name: str, data: Any, timeout: float | None = None) -> Any:
        """Send an event and return what the client acknowledges it with; raise TimeoutError.

        One argument is returned as it is, several as a list.
        """
        if self._awaited is None:
            self._awaited = {}
        if len(self._awaited) >= MAX_AWAITED or not self.live:
            raise TimeoutError(f"{name}: the client is gone, or owes {MAX_AWAITED} acknowledgements")
        self.sent += 1
        number, answer = self.sent, AsyncResult()
        self._awaited[number] = answer
        try:
            self.deliver(Frame(*event(self.namespace, name, [data], number)))
            args: list[Any] = answer.get(timeout=timeout or self.runtime.ack_timeout)
        except Timeout as ex:
            raise TimeoutError(f"{name}: the client acknowledged nothing") from ex
        finally:
            self._awaited.pop(number, None)
        return args[0] if len(args) == 1 else args

    def acknowledged(self, number: int, args: list[Any]) -> None:
        """Hand a client's acknowledgement to who waits; one that nobody awaits is ignored."""
        answer = self._awaited.pop(number, None) if self._awaited else None
        if answer is not None:
            answer.set(args)

    def acknowledge(self, number: int, answer: Any) -> None:
        """Answer a client's event."""
        self.deliver(Frame(*encoded(PacketType.ACK, self.namespace, number, [answer])))

    def abandon(self) -> None:
        """Wake whoever waits for the client: it is gone."""
        for answer in (self._awaited or {}).values():
            answer.set_exception(TimeoutError("the client is gone"))

    def join(self, room: str) -> bool:
        """Put this socket into a room if it may be there; say whether it is in."""
        return self.runtime.admit(self, {room: None})

    def leave(self, room: str) -> None:
        """Take this socket out of a room."""
        self.runtime.rooms.leave(self, room)

    def expel(self, room: str, reason: str) -> None:
        """Take this socket out of a room it may no longer be in, and tell the client."""
        self.runtime.rooms.leave(self, room)
        self.emit("expelled", {"room": room, "reason": reason})

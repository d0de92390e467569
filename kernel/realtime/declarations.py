"""What a plugin says of its sockets: namespaces, rooms, events in and out.

    Namespace(
        path="/notes",
        summary="Notes as they are written",
        rooms=(RoomFamily(name="note", summary="One note", authorise=queries.readable),),
        inbound=(Inbound(name="note:write", handler=write, body=Write, summary="Write a note"),),
        outbound=(Outbound(name="note:written", summary="A note was written", data=Note, room="note",
                           on=NoteWritten, emits=lambda event: Emit(key=str(event.id), data=event)),),
    )

Frozen values, collected and checked at boot like every declaration; see
docs/plugins/realtime.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from marshmallow import Schema

from kernel.errors import Problem
from kernel.http.endpoint import AUTHENTICATED, Rate

if TYPE_CHECKING:
    from kernel.auth.principals import Principal


class Caller(Protocol):
    """The socket an inbound event came from: one client in one namespace.

    `state` is the plugin's own, for as long as the socket is connected; `ip`
    and `user_agent` are the connection's.
    """

    @property
    def principal(self) -> Principal: ...  # noqa: D102
    @property
    def sid(self) -> str: ...  # noqa: D102
    @property
    def namespace(self) -> str: ...  # noqa: D102
    @property
    def ip(self) -> str: ...  # noqa: D102
    @property
    def user_agent(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def rooms(self) -> Collection[str]:
        """The names of the rooms this socket is in: `note:0190…`."""
        ...

    def emit(self, name: str, data: Any) -> None:
        """Send an event to this socket alone; never waits. Lost when it is gone."""
        ...

    def call(self, name: str, data: Any, timeout: float | None = None) -> Any:
        """Send an event and return the client's acknowledgement; raise TimeoutError.

        Waits at most `timeout` seconds (`[realtime] ack_timeout`); never inside a transaction.
        """
        ...

    def join(self, room: str) -> bool:
        """Put this socket into a room of its namespace, if its authoriser lets it; say whether it is in."""
        ...

    def leave(self, room: str) -> None:
        """Take this socket out of a room."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """One event for one room: `key` is the room's, within the outbound event's family.

    `data` is dumped through the event's schema. `ref` names what it is about, so
    that `app.realtime.redact` finds it; after `expires_at` recovery tells only
    that it expired.
    """

    key: str
    data: Any
    ref: str | None = None
    expires_at: datetime | None = None


Authorise = Callable[["Principal", Sequence[str]], Collection[str]]
Emits = Callable[[Any], Emit | Iterable[Emit] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFamily:
    """Rooms of one kind, named `<family>:<key>` on the wire.

    `authorise(principal, keys)` returns those of the keys whose rooms the caller
    may be in, by one query for however many; a key that does not exist is not
    returned, so it answers like a foreign one. It runs at each join, and again
    when the account's rights change. `key` reads a key, `UUID` say: what it
    refuses with ValueError, or would write otherwise, never reaches `authorise`.
    `automatic(principal)` are keys joined at CONNECT without being asked for.
    `durable` rooms have a stream: numbered events, kept for a while, recovered.
    """

    name: str
    summary: str
    authorise: Authorise
    key: Callable[[str], object] = str
    automatic: Callable[[Principal], Iterable[str]] | None = None
    durable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An event a client sends.

    `handler(caller, data)` gets the validated `body` (None without a schema) and
    its return value, dumped through `ack`, is the acknowledgement's `data`. It
    may do I/O; a `Problem` it raises is the acknowledgement's `error`.
    `rate` is in place of the default limit; `Rate.by` "client" counts per socket,
    "principal" per account over all its sockets.
    """

    name: str
    handler: Callable[[Caller, Any], Any]
    summary: str
    body: type[Schema] | None = None
    ack: type[Schema] | None = None
    permission: str = AUTHENTICATED
    rate: Rate | None = None
    errors: tuple[type[Problem], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """An event the server sends to the rooms of a family.

    With `on`, a domain event's class, and `emits(event)`, it derives from that
    event in the transaction that publishes it: `emits` does no I/O. Without, the
    plugin calls `app.realtime.publish` (durable) or `emit` (`volatile`).
    """

    name: str
    summary: str
    data: type[Schema]
    room: str
    on: type[Any] | None = None
    emits: Emits | None = None
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A Socket.IO namespace: `/` and a prefix or the name of the plugin that owns it.

    `permission` is what joining takes: `PUBLIC`, `AUTHENTICATED` or
    `"<plugin>:<action>"`. `connected(caller)` runs after a socket has joined and
    before its first event, `disconnected(caller, reason)` after its last; both
    may do I/O.
    """

    path: str
    summary: str
    permission: str = AUTHENTICATED
    rooms: tuple[RoomFamily, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    outbound: tuple[Outbound, ...] = ()
    connected: Callable[[Caller], None] | None = None
    disconnected: Callable[[Caller, str], None] | None = None
    _families: dict[str, RoomFamily] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._families.update((one.name, one) for one in self.rooms)

    def family(self, name: str) -> RoomFamily | None:
        """Return the family of this name, if there is one."""
        return self._families.get(name)

"""A namespace at work: its events by name, compiled; its rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kernel.errors import FieldError, Invalid, NotFound
from kernel.http.validation import body_loader
from kernel.nearest import suggestion
from kernel.realtime.inbound import Limits, compiled, demand, reader
from kernel.realtime.membership import Membership, Told
from kernel.realtime.own_events import AuthenticateBody, JoinBody, LeaveBody, RecoverBody
from kernel.realtime.problems import UnknownEvent, accepted, refused
from kernel.realtime.recovery import Position

if TYPE_CHECKING:
    from kernel.realtime.declarations import Namespace
    from kernel.realtime.rooms import Rooms
    from kernel.realtime.settings import RealtimeSettings
    from kernel.realtime.socket import Socket

Reply = Callable[[dict[str, Any]], None]
Own = Callable[["Socket", Any, Reply], None]


class Runtime:
    """What a namespace's declaration comes to in this process."""

    def __init__(
        self, namespace: Namespace, rooms: Rooms, settings: RealtimeSettings, limits: Limits
    ) -> None:
        self.namespace, self.path, self.rooms = namespace, namespace.path, rooms
        self.ack_timeout = settings.ack_timeout
        self.membership = Membership(namespace, rooms, settings.max_rooms)
        self._max_positions = settings.max_positions
        self.asks = any(family.automatic is not None for family in namespace.rooms)
        """Whether a new socket's rooms have to be asked for."""
        self._limit = limits.default
        self._handlers = {one.name: compiled(one, limits, namespace.path) for one in namespace.inbound}
        own: Mapping[str, tuple[Any, Own]] = {
            "join": (JoinBody, self._join),
            "leave": (LeaveBody, self._leave),
            "recover": (RecoverBody, self._recover),
            "authenticate": (AuthenticateBody, _authenticate),
        }
        self._own = {name: (reader(body_loader(body)), act) for name, (body, act) in own.items()}
        self._positions = body_loader(RecoverBody)
        self.names = frozenset(self._handlers) | frozenset(self._own)

    def demand(self, socket: Socket) -> None:
        """Raise Unauthorized or Forbidden unless the socket's caller may be here."""
        demand(socket.principal, self.namespace.permission)

    def enter(self, socket: Socket, auth: Mapping[str, Any], told: Told) -> None:
        """Put a new socket into its rooms; raise Invalid for positions that are none."""
        given = auth.get("positions")
        positions = self._read_positions(self._positions({"positions": given})) if given is not None else {}
        self.membership.enter(socket, positions, told)

    def admit(self, socket: Socket, rooms: Mapping[str, Position | None]) -> bool:
        """Put a socket into rooms, as a handler asks for; say whether it is in all of them."""

        def told(states: dict[str, Any]) -> None:
            entered = {name: state for name, state in states.items() if "error" not in state}
            if entered:
                socket.emit("rooms", {"rooms": entered})

        self.membership.admit(socket, rooms, told)
        return socket.rooms >= rooms.keys()

    def event(self, socket: Socket, name: Any, args: list[Any], reply: Reply, *, nul: bool) -> None:
        """Handle one event and answer it; raise the Problem it comes to.

        APPSEC: whoever may not be here any more is not served what waited in the queue.
        """
        self.demand(socket)
        handle = self._handlers.get(name)
        if handle is not None:
            reply(accepted(handle(socket, args, nul)))
            return
        if name not in self._own:
            given = str(name)[:100]
            raise UnknownEvent(f"{self.path} takes no event {given!r}{suggestion(given, self.names)}.")
        if self._limit is not None:
            self._limit(socket)
        read, act = self._own[name]
        act(socket, read(args, nul), reply)

    def _join(self, socket: Socket, data: Any, reply: Reply) -> None:
        room, position = data["room"], data.get("position")

        def told(states: dict[str, Any]) -> None:
            if "error" in states.get(room, {}):
                reply(refused(NotFound()))
            else:
                reply(accepted({"rooms": states}))

        wanted = {room: Position(position["epoch"], position["seq"]) if position else None}
        self.membership.admit(socket, wanted, told)

    def _leave(self, socket: Socket, data: Any, reply: Reply) -> None:
        self.rooms.leave(socket, data["room"])
        reply(accepted(None))

    def _recover(self, socket: Socket, data: Any, reply: Reply) -> None:
        positions = self._read_positions(data)
        self.membership.admit(socket, positions, lambda states: reply(accepted({"rooms": states})))

    def _read_positions(self, data: Any) -> dict[str, Position]:
        given: dict[str, Position] = data["positions"]
        if len(given) > self._max_positions:
            fault = FieldError(f"At most {self._max_positions} rooms at once.", pointer="/positions")
            raise Invalid(errors=(fault,))
        return given


def _authenticate(socket: Socket, data: Any, reply: Reply) -> None:
    socket.connection.renew(socket, data["token"])
    reply(accepted(None))

"""One connection: its packets to its sockets, one socket a joined namespace.

Packets are read in the hub, where nothing may wait; what may wait is a turn. The
turns of one socket run one after another, so a client's events are handled in
the order it sent them. When too many wait, the connection is not read until
they are fewer: the client feels it, the process does not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from uuid_utils import uuid7

from kernel.errors import BadRequest, Problem, StoaError
from kernel.http.problems import problem_from
from kernel.http.proxies import inbound_request_id
from kernel.realtime.engine import Frame
from kernel.realtime.instruments import Handling
from kernel.realtime.problems import OtherAccount, described, refused
from kernel.realtime.socket import Socket
from kernel.realtime.socketio.packets import Packet, PacketType, encoded, event
from kernel.realtime.socketio.parser import ParseError, Parser
from kernel.realtime.turns import Turns

if TYPE_CHECKING:
    from kernel.realtime.engine import EngineSession
    from kernel.realtime.gateway import Gateway

INTERNAL = 1011
"""Close code for a fault of ours (RFC 6455 §7.4.1): connect again."""

BAD_PROTOCOL = 4400
"""Close code of a client that does not speak the protocol."""

UNAUTHORIZED = 4401
"""Close code of a client that must sign in again."""


class Connection:
    """A client's connection and the namespaces it joined."""

    __slots__ = (
        "_entering",
        "_knocked",
        "_parser",
        "_parted",
        "_pending",
        "_waiting",
        "correlation",
        "ended",
        "gateway",
        "joining",
        "opened",
        "session",
        "sockets",
        "why",
    )

    def __init__(self, gateway: Gateway, session: EngineSession) -> None:
        settings = gateway.settings
        self.gateway, self.session = gateway, session
        self.sockets: dict[str, Socket] = {}
        self.joining: set[str] = set()
        self.ended, self.why = False, ""
        self.opened = monotonic()
        given = {"HTTP_X_REQUEST_ID": session.environ.headers.get("x-request-id", "")}
        self.correlation = inbound_request_id(given) or str(uuid7())
        self._parser = Parser(settings.max_attachments, settings.max_payload)
        self._entering = Turns()
        self._parted: set[str] = set()
        self._pending = 0
        self._waiting = self._knocked = False

    # -- in the hub: nothing here waits --------------------------------------

    def receive(self, message: str | bytes) -> None:
        """Take one message of the client."""
        try:
            packet = self._parser.feed(message)
        except ParseError as ex:
            self.end(BAD_PROTOCOL, f"parse error: {ex}")
            return
        if packet is None or self.ended:
            return
        if packet.type is PacketType.CONNECT:
            self._connect(packet)
            return
        socket = self.sockets.get(packet.namespace)
        if socket is not None and socket.live:
            self._taken(socket, packet)
        elif packet.namespace not in self._parted:
            self.end(BAD_PROTOCOL, f"not joined: {packet.namespace}")

    def _taken(self, socket: Socket, packet: Packet) -> None:
        if packet.type is PacketType.EVENT:
            self._queue(socket.turns, partial(self._event, socket, packet))
        elif packet.type is PacketType.ACK:
            socket.acknowledged(packet.id or 0, packet.data)
        else:
            self._part(socket, "client namespace disconnect")

    def _connect(self, packet: Packet) -> None:
        path = packet.namespace
        runtime = self.gateway.runtimes.get(path)
        # PERF: the first is allowed whatever the rate, and needs no bucket.
        before, self._knocked = self._knocked, True
        if before and not self.gateway.may_knock(self):
            self.end(BAD_PROTOCOL, "too many CONNECT packets")
        elif runtime is None:
            self._send(PacketType.CONNECT_ERROR, path, {"message": "Invalid namespace"})
        elif path in self.sockets or path in self.joining:
            self.end(BAD_PROTOCOL, f"joined already: {path}")
        elif len(self.sockets) + len(self.joining) >= self.gateway.settings.max_namespaces:
            self._refuse(path, BadRequest("This connection is in too many namespaces."))
        elif self.joining or not self.gateway.entrance.at_once(self, runtime, packet.data or {}):
            self.joining.add(path)
            self._queue(
                self._entering, partial(self.gateway.entrance.enter, self, runtime, packet.data or {})
            )

    def _send(self, kind: PacketType, path: str, data: Any) -> None:
        self.session.send_frame(Frame(*encoded(kind, path, None, data)))

    def _refuse(self, path: str, problem: Problem) -> None:
        self.joining.discard(path)
        shown = {"message": problem.detail or problem.title, "data": described(problem)}
        self._send(PacketType.CONNECT_ERROR, path, shown)

    def _queue(self, turns: Turns, act: Callable[[], None]) -> None:
        """Put a turn; stop reading the client while too many wait."""
        self._pending += 1
        if self._pending >= self.gateway.settings.inbound_queue and not self._waiting:
            self._waiting = True
            self.session.pause()

        def turn() -> None:
            try:
                act()
            finally:
                self._pending -= 1
                if self._waiting and self._pending <= self.gateway.settings.inbound_queue // 2:
                    self._waiting = False
                    if not self.session.closed:
                        self.session.resume()

        turns.put(turn)

    def _part(self, socket: Socket, reason: str) -> None:
        """Take a socket out; its `disconnected` is its last turn."""
        if self.sockets.pop(socket.namespace, None) is None:
            return
        socket.live = False
        socket.abandon()
        self.gateway.left(socket, reason)
        ended = socket.runtime.namespace.disconnected
        if ended is not None:
            handling = Handling(socket, "disconnected")
            socket.turns.put(partial(self.gateway.turn, handling, partial(ended, socket, reason)))

    def end(self, code: int, reason: str) -> None:
        """Close the connection after telling every namespace why; what waits to be handled is dropped."""
        if self.ended:
            return
        self.ended, self.why = True, reason.partition(":")[0]
        for socket in list(self.sockets.values()):
            socket.emit("closing", {"code": code, "reason": reason})
            socket.live = False
        self.session.close(code, reason[:100])

    def closed(self, reason: str) -> None:
        """Let go of everything; the engine calls it once, when the session is over."""
        self.ended = True
        why = self.why or reason
        for socket in list(self.sockets.values()):
            self._part(socket, why)
        self.gateway.closed(self, why)

    # -- in a turn -----------------------------------------------------------

    def established(self, socket: Socket, states: dict[str, Any]) -> None:
        """Answer CONNECT, with the rooms in the same write; nothing when the connection ended meanwhile."""
        self.joining.discard(socket.namespace)
        if self.ended:
            return
        self.sockets[socket.namespace] = socket
        self._parted.discard(socket.namespace)
        socket.live = True
        path = socket.namespace
        answer = encoded(PacketType.CONNECT, path, None, {"sid": socket.sid})
        socket.sent += 1
        self.session.send_frame(Frame(*answer, *event(path, "rooms", [{"rooms": states}])))
        self.gateway.entered(socket)
        connected = socket.runtime.namespace.connected
        if connected is not None:
            turn = partial(self.gateway.turn, Handling(socket, "connected"), partial(connected, socket))
            self._queue(socket.turns, turn)

    def refused(self, path: str, problem: Problem) -> None:
        """Answer CONNECT with a problem; end the connection when it was answered already."""
        if path in self.sockets:
            self.end(INTERNAL, "rights could not be asked about")
        elif not self.ended:
            self._refuse(path, problem)

    def dismiss(self, socket: Socket, reason: str) -> None:
        """Take a socket out of a namespace it may no longer be in, and tell the client."""
        self._send(PacketType.DISCONNECT, socket.namespace, None)
        self._parted.add(socket.namespace)
        self._part(socket, reason)

    def renew(self, socket: Socket, token: str) -> None:
        """Give the sockets of an account a new token; raise for one that is not good, or another's."""
        gateway = self.gateway
        identity = gateway.reviews.current(partial(gateway.identities.by_token, token))
        account = socket.principal.id
        if identity.principal.id != account or account is None:
            raise OtherAccount("Disconnect, and connect with this token.")
        for one in list(self.sockets.values()):
            if one.principal.id == account:
                gateway.reviews.recognised(one, identity)

    def _event(self, socket: Socket, packet: Packet) -> None:
        """Handle one event of the client and acknowledge it."""
        if self.ended:
            return  # revoked, or gone for a fault of its own: nothing of it is done any more
        name, *args = packet.data
        handling = Handling(socket, name if name in socket.runtime.names else "(unknown)")
        started, answers = perf_counter(), _Answers(handling, packet.id)

        def act() -> None:
            try:
                socket.settle()
                if not self.ended:
                    socket.runtime.event(socket, name, args, answers.give, nul=packet.nul)
                answers.demand(name)
            except Exception as ex:  # noqa: BLE001 - whatever a handler raises is a problem for its client
                answers.fail(problem_from(ex))

        self.gateway.turn(handling, act)
        self.gateway.instruments.handled(handling, perf_counter() - started)


class _Answers:
    """The one answer to an event: an acknowledgement, or `error` where none was asked for."""

    __slots__ = ("_handling", "_number", "given")

    def __init__(self, handling: Handling, number: int | None) -> None:
        self._handling, self._number = handling, number
        self.given = False

    def give(self, answer: dict[str, Any]) -> None:
        """Acknowledge, if the client asked for it and is still there."""
        self.given, socket = True, self._handling.socket
        if not answer["ok"] and self._handling.outcome == "ok":
            self._handling.outcome = "refused"
        if socket.live:
            if self._number is not None:
                socket.acknowledge(self._number, answer)
            elif not answer["ok"]:
                socket.emit("error", answer["error"])

    def demand(self, name: str) -> None:
        """Raise StoaError when nobody answered: a fault of ours, or a room's answer that was lost."""
        socket = self._handling.socket
        if not self.given and socket.live:
            raise StoaError(f"{socket.namespace}: {name} was not answered")

    def fail(self, problem: Problem) -> None:
        """Answer with a problem; too late where the answer was given."""
        self._handling.outcome = "error" if problem.status >= 500 else "refused"  # noqa: PLR2004
        if not self.given:
            self.give(refused(problem))

"""`app.realtime`: publish to rooms, ask who is online, end what may not go on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from kernel.auth.rights import CHANNEL as RIGHTS_CHANNEL
from kernel.auth.rights import read_rights
from kernel.clock import Clock
from kernel.events import Bus
from kernel.observability.metrics import Metrics
from kernel.realtime.backplane import CHANNEL as VOLATILE_CHANNEL
from kernel.realtime.backplane import Backplane
from kernel.realtime.declarations import Namespace
from kernel.realtime.derivation import Outgoing
from kernel.realtime.engine import Frame
from kernel.realtime.live_room import RoomKey
from kernel.realtime.live_rooms import GRACE, Family, LiveRooms
from kernel.realtime.messages import Message, Volatile
from kernel.realtime.nodes import Nodes
from kernel.realtime.orders import Orders
from kernel.realtime.recovery import Position
from kernel.realtime.repair import Repair
from kernel.realtime.rooms import Rooms
from kernel.realtime.settings import RealtimeSettings
from kernel.realtime.socketio.packets import event as packet
from kernel.realtime.streams import CHANNEL, REDACTED, Appended, Entry, Streams
from kernel.realtime.traffic import Traffic
from kernel.redis import RedisLink
from kernel.storage import Database, Listener


class Realtime:
    """The sockets of all processes, as plugins see them.

    `rooms` are this process's, `streams` those of PostgreSQL. Greenlets start
    with the first member or the first thing to send, so a process that has
    neither runs none.
    """

    def __init__(
        self,
        settings: RealtimeSettings,
        *,
        db: Database,
        clock: Clock,
        listener: Listener,
        bus: Bus,
        metrics: Metrics,
        link: RedisLink | None = None,
        namespaces: Sequence[Namespace] = (),
    ) -> None:
        """Wire the parts; nothing is opened before it is needed."""
        self._settings, self._db = settings, db
        self.node = secrets.token_hex(6)
        self.outgoing = Outgoing(namespaces)
        self._traffic = traffic = Traffic(metrics)
        self.streams = Streams(db, clock, self.node)
        self.live = LiveRooms(settings, clock, traffic, hears=lambda: listener.connected)
        self.nodes = Nodes(db, clock, self.node, settings.node_ttl)
        self.backplane = Backplane(db, link, self.node, deliver=self._deliver, neighbours=self.nodes.others)
        self.repair = Repair(db, self.streams, self.live)
        self.orders = Orders(db)
        self.rooms = Rooms(
            settings,
            self.streams,
            self.live,
            clock,
            traffic,
            is_durable=self._is_durable,
            on_join=self._begin,
        )
        self.live.on_family = self._follow
        self.backplane.on_return(self.live.doubt)
        bus.derive = self._derive
        listener.on(CHANNEL, self._announced)
        listener.on(VOLATILE_CHANNEL, self.backplane.heard)
        listener.on(Orders.CHANNEL, self.orders.heard)
        listener.on(RIGHTS_CHANNEL, self._settled)

    def declare(self, namespaces: Sequence[Namespace]) -> None:
        """Take these for all the namespaces there are: a plugin was dropped."""
        self.outgoing = Outgoing(namespaces)

    # -- publishing ----------------------------------------------------------

    def publish(
        self,
        namespace: str,
        room: str,
        name: str,
        data: Any,
        *,
        ref: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Append an event to a room's stream; members get it when this commits.

        Must be called inside a transaction, which then holds the room's row until
        it ends: publish late. `data` is dumped through the schema the event is
        declared with. Raises StoaError outside a transaction, and for a namespace,
        family or event that is not declared.
        """
        text = self.outgoing.text(namespace, room, name, data, volatile=False)
        self._append([Entry(namespace, room, name, text, ref, expires_at)])

    def emit(self, namespace: str, room: str, name: str, data: Any, *, but: str | None = None) -> None:
        """Send a volatile event: no number, no recovery, lost where it cannot be delivered now.

        Inside a transaction it is sent when that commits. `but` is the `sid` of a
        socket left out. Raises StoaError for what is not declared.
        """
        text = self.outgoing.text(namespace, room, name, data, volatile=True)
        message = Volatile((namespace, room), name, text, but)

        def send() -> None:
            self._traffic.published(namespace, name)
            self._deliver(message)
            self.backplane.send([message])

        self._db.on_commit(send)

    def redact(self, namespace: str, room: str, ref: str, data: Any) -> int:
        """Replace the stored data of a room's events with this `ref`; return how many.

        Who recovers afterwards gets `data`, as it is, in their place; they expire no more.
        """
        with self._db.atomic():
            count, upto = self.streams.redact(namespace, room, ref, orjson.dumps(data).decode())
            if count:
                self._db.on_commit(lambda: self.live.redacted((namespace, room), upto))
        return count

    def positions(self, namespace: str, rooms: Iterable[str]) -> dict[str, Position]:
        """Return where each room's stream stands, in one SELECT.

        Read in one `db.snapshot()` with the state they go with, they tell exactly
        which events that state holds already.
        """
        return self.streams.positions(namespace, rooms)

    def prune(self) -> int:
        """Drop what is past `history` and `history_age`; return how many events."""
        self.nodes.tidy()
        return self.streams.prune(self._settings.history, timedelta(seconds=self._settings.history_age))

    # -- people --------------------------------------------------------------

    def online(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return how many sockets each has in all living processes; who has none is left out."""
        return self.nodes.online(user_ids)

    def connected(self, user_id: UUID) -> None:
        """Count a socket of this person in this process (the gateway calls it)."""
        self.nodes.add(user_id, 1)

    def disconnected(self, user_id: UUID) -> None:
        """Count one less."""
        self.nodes.add(user_id, -1)

    def on_presence(self, call: Callable[[UUID, bool], None]) -> None:
        """Call `call(user_id, online)` when somebody's first socket came or last one went.

        Over all processes, told in exactly one of them, in a greenlet that may do
        I/O. What a process found and died of telling is not told again: `online` is the truth.
        """
        self.nodes.subscribe(call)

    def refresh(self, users: UUID | Collection[UUID], reason: str = "") -> None:
        """Have every process re-run the authorisers for the sockets of an account, or of many, on commit.

        Once the transaction has returned, nothing that is published afterwards
        reaches them in rooms they lost. What a process knows of many accounts is
        asked about by a few greenlets, the latest order first.
        """
        self.orders.refresh([users] if isinstance(users, UUID) else users, reason)

    def on_refresh(self, call: Callable[[UUID | None, str], None]) -> None:
        """Call at each `refresh`, in every process; None: news may have been missed, check everybody.

        In the listener's greenlet: keep it short and without I/O.
        """
        self.orders.on_refresh(call)

    def disconnect(self, target: UUID, code: int = 4401, reason: str = "") -> None:
        """Close the sockets of an account or a session, in every process, on commit."""
        self.orders.disconnect(target, code, reason)

    def on_disconnect(self, call: Callable[[UUID, int, str], None]) -> None:
        """Call at each `disconnect`, in every process, in the listener's greenlet: short, no I/O."""
        self.orders.on_disconnect(call)

    # -- life ----------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether what joins need is under way: then one that asks nobody does no I/O."""
        return self.nodes.running

    def start(self) -> None:
        """Nothing: what is heard was subscribed to with the listener, the rest starts when needed."""

    def stop(self) -> None:
        """Send what waits and end; the sockets of this process count no more."""
        self.backplane.stop()
        self.repair.stop()
        self.live.fanout.stop()
        self.nodes.stop()

    def _begin(self) -> None:
        if not self.live.rights.heard:
            self.live.settle_rights(read_rights(self._db))
        self.repair.begin()
        self.live.fanout.begin()
        self.nodes.begin()

    def _settled(self, payload: str | None) -> None:
        """Take the number of the latest change of rights; None is `doubt`'s."""
        if payload is not None:
            self.live.settle_rights(int(payload))

    def _follow(self, _family: Family) -> None:
        self.backplane.follow(list(self.live.families))

    def _is_durable(self, namespace: str, room: str) -> bool:
        return self.outgoing.is_durable(namespace, room)

    # -- events on their way -------------------------------------------------

    def _derive(self, events: Sequence[Any]) -> None:
        """Append what domain events give to rooms; called by the bus, in its transaction."""
        entries = self.outgoing.entries(events)
        if entries:
            self._append(entries)

    def _append(self, entries: Sequence[Entry]) -> None:
        appended = self.streams.append(entries)
        self._db.on_commit(lambda: self._committed(appended))

    def _committed(self, appended: Sequence[Appended]) -> None:
        for one in appended:
            self._traffic.published(one.room[0], one.event.name)
            self.live.offer(*one)
        self.backplane.send(appended)

    def _deliver(self, message: Message) -> None:
        """Give an event, from here or from another process, to the members here."""
        if isinstance(message, Volatile):
            namespace, room = message.room
            frame = Frame(*packet(namespace, message.name, [orjson.Fragment(message.data)]))
            self.rooms.deliver(namespace, room, frame, message.but)
        else:
            self.live.offer(*message)

    def _announced(self, payload: str | None) -> None:
        """Take the news that a stream has moved: `<node> <epoch> <seq> <namespace> <room>`."""
        if payload is None:
            self.live.doubt()
            return
        node, epoch, seq, namespace, room = payload.split(" ", 4)
        key: RoomKey = (namespace, room)
        if epoch == REDACTED:
            self.live.redacted(key, int(seq))
            return
        # Its own comes with the commit, another's by Redis: only what does not is worth a SELECT.
        quick = node == self.node or self.backplane.is_quick
        self.live.announce(key, Position(epoch, int(seq)), GRACE if quick else 0.0)

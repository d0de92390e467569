"""A namespace of jars, sockets that note what they get, and nodes of one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from kernel.clock import TestClock
from kernel.events import Bus, EventsSettings, Subscriber, event
from kernel.http import Schema, fields
from kernel.observability.metrics import Metrics
from kernel.realtime.declarations import Emit, Namespace, Outbound, RoomFamily
from kernel.realtime.engine import Frame
from kernel.realtime.realtime import Realtime
from kernel.realtime.recovery import Position
from kernel.realtime.settings import RealtimeSettings
from kernel.redis import RedisLink, RedisSettings
from kernel.storage import Database, DatabaseSettings, Listener

PATIENCE = 15.0  # seconds
ROOM = "jar:1"


@event("jars.jar.opened", version=1, key="jar_id")
class JarOpened:
    """A jar was opened; everybody in these rooms is told."""

    jar_id: UUID
    rooms: list[str]
    n: int


class Filled(Schema):
    n = fields.Integer(required=True)
    text = fields.String()


def _told(opened: JarOpened) -> list[Emit]:
    return [Emit(key=room, data={"n": opened.n}, ref=str(opened.n)) for room in opened.rooms]


JARS = Namespace(
    path="/jars",
    summary="Jars as they are filled",
    rooms=(
        RoomFamily(name="jar", summary="One jar", authorise=lambda _, keys: keys),
        RoomFamily(name="shelf", summary="One shelf", authorise=lambda _, keys: keys),
        RoomFamily(name="smell", summary="What is in the air", authorise=lambda _, keys: keys, durable=False),
    ),
    outbound=(
        Outbound(name="filled", summary="A jar was filled", data=Filled, room="jar"),
        Outbound(name="opened", summary="It was opened", data=Filled, room="jar", on=JarOpened, emits=_told),
        Outbound(name="sniffed", summary="Somebody sniffed", data=Filled, room="smell", volatile=True),
    ),
)


class Socket:
    """A member that notes the frames it gets."""

    def __init__(self, sid: str = "sid", namespace: str = "/jars") -> None:
        self.sid, self.namespace = sid, namespace
        self.rooms: set[str] = set()
        self.frames: list[str] = []
        self.frozen = False

    def deliver(self, frame: Frame) -> None:
        self.frames.extend(str(part) for part in frame.parts)

    def events(self) -> list[list[Any]]:
        """Return `[name, data, at]` of each event."""
        return [orjson.loads(frame[frame.index("[") :]) for frame in self.frames]

    def numbers(self) -> list[int]:
        """Return the numbers of the stream events it got live."""
        return [one[2]["seq"] for one in self.events() if len(one) == 3]


@dataclass
class Node:
    """What one process has, in this one; several make a cluster."""

    db: Database
    clock: TestClock
    listener: Listener
    bus: Bus
    realtime: Realtime
    link: RedisLink | None
    metrics: Metrics

    def publish(self, n: int, room: str = ROOM, **options: Any) -> None:
        with self.db.atomic():
            self.realtime.publish("/jars", room, "filled", {"n": n}, **options)

    def join(self, room: str = ROOM, position: Position | None = None, sid: str = "sid") -> Socket:
        socket = Socket(sid)
        self.realtime.rooms.join(socket, {room: position})
        return socket

    def recover(self, position: Position | None, room: str = ROOM) -> dict[str, Any]:
        """Return what a client that stood at `position` is told, as JSON would have it."""
        found = self.realtime.rooms.join(Socket(), {room: position})
        return orjson.loads(orjson.dumps(found[room].described()))

    def position(self, room: str = ROOM) -> Position:
        return self.realtime.positions("/jars", [room])[room]

    def stop(self) -> None:
        self.realtime.stop()
        self.listener.stop()
        self.db.close_all()


def make_node(
    url: str,
    clock: TestClock,
    redis_url: str = "",
    *,
    hears: bool = True,
    subscribers: Sequence[Subscriber] = (),
    **settings: Any,
) -> Node:
    database = DatabaseSettings(url=url, pool_size=60)
    db, listener = Database(database, clock), Listener(database)
    bus = Bus(EventsSettings(), db, clock, [JarOpened], subscribers)
    metrics = Metrics()
    link = RedisLink(RedisSettings(url=redis_url, cooldown=0.1)) if redis_url else None
    realtime = Realtime(
        RealtimeSettings(**settings),
        db=db,
        clock=clock,
        listener=listener,
        bus=bus,
        metrics=metrics,
        link=link,
        namespaces=[JARS],
    )
    if hears:
        listener.start()
        assert listener.wait_connected()
    return Node(db, clock, listener, bus, realtime, link, metrics)


def until(met: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until something is the case; fail when it is not in time."""
    deadline = time.monotonic() + patience
    while not (found := met()):
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.005)
    return found

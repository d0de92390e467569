"""Events between processes: Redis when there is one, PostgreSQL always.

An event of a stream stands in PostgreSQL, which announces it (NOTIFY) with the
commit; sending it over Redis as well only makes it quicker. So whatever is
lost here is repaired (`Repair`). A volatile event goes over Redis; while that
is away, or where there is none, by NOTIFY if it is small.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import structlog
from peewee import PeeweeException

from kernel.errors import Unavailable
from kernel.locks import brief_lock
from kernel.realtime.background import Background
from kernel.realtime.live_rooms import Family, family_of
from kernel.realtime.messages import Message, Volatile, decode, encode
from kernel.realtime.redis_channels import RedisChannels
from kernel.redis import RedisAway, RedisLink
from kernel.storage import Database

log = structlog.get_logger(__name__)

CHANNEL: Final = "stoa_volatile"
_WAITING: Final = 10_000  # messages; what does not fit is lost to Redis, and repaired
_BATCH: Final = 500
_NOTIFIABLE: Final = 7_900  # bytes; PostgreSQL takes 7,999
_NEIGHBOURS_FOR: Final = 1.0  # seconds to believe who is there

_NOTIFY = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload"


class Backplane:
    """Sends to other processes, in a greenlet of its own, and hears them.

    `deliver` gets each message from elsewhere. `neighbours()` tells whether there
    are other processes with sockets: without, nothing is sent by NOTIFY.
    """

    def __init__(
        self,
        db: Database,
        link: RedisLink | None,
        node: str,
        *,
        deliver: Callable[[Message], None],
        neighbours: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._link, self._node = db, link, node
        self._deliver, self._neighbours, self._monotonic = deliver, neighbours, monotonic
        self._redis = RedisChannels(link, self._take) if link is not None else None
        self._waiting: deque[Message] = deque()
        self._lock = brief_lock()
        self._loop = Background("stoa-backplane", self._turn)
        self._believed: tuple[float, bool] = (float("-inf"), True)

    @property
    def is_quick(self) -> bool:
        """Whether events of other processes arrive by Redis at present."""
        return self._redis is not None and self._redis.connected

    def on_return(self, call: Callable[[], None]) -> None:
        """Call when Redis can be heard again; no I/O."""
        if self._redis is not None:
            self._redis.on_return = call

    def send(self, messages: Iterable[Message]) -> None:
        """Tell other processes, soon; never waits."""
        with self._lock:
            room = _WAITING - len(self._waiting)
            wanted = [one for one in messages if self._link is not None or isinstance(one, Volatile)]
            self._waiting.extend(wanted[:room])
        if not wanted:
            return
        self._loop.begin()
        self._loop.wake()

    def follow(self, families: Sequence[Family]) -> None:
        """Hear what is sent to these families from now on, and to no others."""
        if self._redis is not None:
            self._redis.follow(families)

    def heard(self, payload: str | None) -> None:
        """Take a notification of `CHANNEL`."""
        if payload is not None:
            self._take(payload.encode())

    def stop(self) -> None:
        """Send what waits and end."""
        self._loop.stop()
        self._drain()
        if self._redis is not None:
            self._redis.stop()

    def _take(self, text: bytes) -> None:
        try:
            node, message = decode(text)
        except ValueError as ex:
            log.warning("message_of_another_kind", error=str(ex), remedy="give each deployment its namespace")
            return
        if node != self._node:
            self._deliver(message)

    def _turn(self) -> float | None:
        self._drain()
        return None

    def _drain(self) -> None:
        while batch := self._batch():
            if not self._sent_by_redis(batch):
                self._notify([one for one in batch if isinstance(one, Volatile)])

    def _batch(self) -> list[Message]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]

    def _sent_by_redis(self, batch: list[Message]) -> bool:
        if self._link is None or self._redis is None:
            return False
        channels = self._redis
        told = [(channels.name(family_of(one.room)), encode(self._node, one)) for one in batch]
        try:
            self._link.run(lambda client: channels.publish(client, told))
        except RedisAway:
            return False
        return True

    def _notify(self, volatile: list[Volatile]) -> None:
        if not volatile or not self._has_neighbours():
            return
        payloads = [encode(self._node, one).decode() for one in volatile]
        small = [payload for payload in payloads if len(payload.encode()) <= _NOTIFIABLE]
        if len(small) < len(payloads):
            log.warning(
                "volatile_events_too_large", count=len(payloads) - len(small), remedy="configure Redis"
            )
        try:
            self._db.rows(_NOTIFY, (CHANNEL, small))
        except (Unavailable, PeeweeException) as ex:
            log.warning("volatile_events_lost", count=len(small), error=str(ex))
        finally:
            self._db.release()

    def _has_neighbours(self) -> bool:
        until, found = self._believed
        if self._monotonic() >= until:
            try:
                found = self._neighbours()
            except (Unavailable, PeeweeException) as ex:
                log.warning("volatile_events_lost", error=str(ex))
                return False
            finally:
                self._db.release()
            self._believed = self._monotonic() + _NEIGHBOURS_FOR, found
        return found

"""Redis publish/subscribe: one channel a family of rooms, heard where somebody is in.

Subscriptions have a connection of their own, and one greenlet that alone uses
it: it opens it, again when it breaks, and changes what is subscribed to.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog

from kernel.realtime.background import Background

if TYPE_CHECKING:
    from kernel.realtime.live_rooms import Family
    from kernel.redis import Client, RedisLink

log = structlog.get_logger(__name__)
_SILENCE: Final = 5.0  # seconds after which Redis is asked for a sign of life
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between attempts to connect


class RedisChannels:
    """The channels of one process; `take` gets each message, in the reading greenlet.

    `on_return` is called when they can be heard again; no I/O.
    """

    def __init__(self, link: RedisLink, take: Callable[[bytes], None]) -> None:
        self.connected = False
        self.on_return: Callable[[], None] = lambda: None
        self._link, self._take = link, take
        self._wanted: frozenset[str] = frozenset()
        self._subscribed: frozenset[str] = frozenset()
        self._pubsub: Any = None
        self._asked = False
        self._lost = False
        self._pause = _FIRST_PAUSE
        self._wake_read, self._wake_write = -1, -1
        self._loop = Background("stoa-redis-channels", self._turn)

    def name(self, family: Family) -> str:
        """Return the channel of a family."""
        namespace, name = family
        return f"{self._link.namespace}:rooms:{namespace}/{name}"

    def publish(self, client: Client, told: Sequence[tuple[str, bytes]]) -> None:
        """Publish messages in one round trip."""
        pipeline = client.pipeline(transaction=False)
        for channel, text in told:
            pipeline.publish(channel, text)
        pipeline.execute()

    def follow(self, families: Sequence[Family]) -> None:
        """Subscribe, soon, to these families' channels and to no others."""
        self._wanted = frozenset(map(self.name, families))
        if self._wanted and self._wake_write < 0:
            self._wake_read, self._wake_write = os.pipe()
            os.set_blocking(self._wake_write, False)
            self._loop.begin()
        self._wake()

    def stop(self) -> None:
        """Stop listening."""
        self._wanted = frozenset()
        if self._wake_write >= 0:
            self._wake()
            self._loop.stop()
            self._close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1

    def _wake(self) -> None:
        self._loop.wake()
        if self._wake_write >= 0:
            try:
                os.write(self._wake_write, b".")
            except BlockingIOError:
                return  # the pipe is full of calls to wake already

    # -- in the reading greenlet ---------------------------------------------

    def _turn(self) -> float | None:
        if not self._wanted:
            self._close()
            return None
        try:
            self._subscribe()
            self._read()
        except Exception as ex:  # noqa: BLE001 - whatever broke it, it is opened again
            self._close()
            self._lost = True
            log.info("redis_channels_broken", error=str(ex), retry_in=self._pause)
            pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE)
            return pause
        return 0

    def _subscribe(self) -> None:
        """Bring the subscriptions to what is wanted; open the connection if there is none."""
        wanted = self._wanted
        if self._pubsub is None:
            self._pubsub = self._link.run(lambda client: client.pubsub())
        if added := wanted - self._subscribed:
            self._link.run(lambda _: self._pubsub.subscribe(*added))
        if gone := self._subscribed - wanted:
            self._pubsub.unsubscribe(*gone)
        self._subscribed = wanted

    def _read(self) -> None:
        """Wait for what arrives, or for a change of what is wanted, and take it."""
        # A cluster's connection may be opened anew by the library, so it is looked up each time.
        sock = self._pubsub.connection._sock  # noqa: SLF001 - there is no public way to wait for two things
        readable, _, _ = select.select([sock, self._wake_read], [], [], _SILENCE)
        if self._wake_read in readable:
            os.read(self._wake_read, 4096)
        if sock in readable:
            self._asked = False
            self._drain()
        if not readable:
            if self._asked:
                raise ConnectionError("Redis gives no sign of life")
            self._asked = True
            self._pubsub.ping()

    def _drain(self) -> None:
        while (message := self._pubsub.get_message(timeout=0)) is not None:
            if message["type"] == "message":
                self._take(message["data"])
            elif message["type"] == "subscribe" and not self.connected:
                self._opened()

    def _opened(self) -> None:
        self.connected, self._pause = True, _FIRST_PAUSE
        if self._lost:
            self._lost = False
            log.info("redis_channels_back")
            self.on_return()

    def _close(self) -> None:
        self.connected, self._asked = False, False
        self._subscribed = frozenset()
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            pubsub.close()

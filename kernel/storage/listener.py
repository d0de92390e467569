"""LISTEN: one connection a process, however many channels; past a pooler (`database.direct_url`).

    listener.on("stoa_auth", auth.forget)       # called with the payload

A callback gets the payload, or None after a reconnect: what was sent meanwhile
is lost, so it must look for itself (drop its cache, sweep its table).
Notifications come after the commit of whoever sent them, in order, at most
once. Callbacks run one after the other in the listener's own greenlet (thread,
where gevent is not in use): they must be quick; what they raise is logged.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import psycopg2
import structlog
from psycopg2 import sql

from kernel.storage.pool import connect_parameters
from kernel.storage.settings import DatabaseSettings

log = structlog.get_logger(__name__)

Callback = Callable[[str | None], Any]

PROBE_AFTER = 30.0  # seconds of silence after which the connection is asked for a sign of life
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  # seconds between attempts to connect


class Listener:
    """Delivers NOTIFY payloads of PostgreSQL to callbacks."""

    def __init__(self, settings: DatabaseSettings) -> None:
        """Take the settings; nothing is opened before `start`."""
        self._parameters = connect_parameters(settings.direct_url or settings.url, settings)
        self._parameters["application_name"] = f"{settings.application_name} listener"
        self._callbacks: dict[str, list[Callback]] = defaultdict(list)
        self._listening: set[str] = set()
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._wake_read, self._wake_write = -1, -1

    @property
    def connected(self) -> bool:
        """Whether notifications arrive now; while False a cache cannot be trusted."""
        return self._connected.is_set()

    def on(self, channel: str, callback: Callback) -> None:
        """Call `callback(payload)` for each notification on `channel`.

        May be called before or after `start`; before it, nothing is missed.
        """
        self._callbacks[channel].append(callback)
        self._wake()

    def start(self) -> None:
        """Start listening in the background; connects again for as long as it runs."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="stoa-listener", daemon=True)
        self._thread.start()

    def wait_connected(self, timeout: float = 5.0) -> bool:
        """Wait up to `timeout` seconds for the connection; return whether it is there."""
        return self._connected.wait(timeout)

    def stop(self) -> None:
        """Stop listening and close the connection."""
        if self._thread is None:
            return
        self._stopping.set()
        self._wake()
        self._thread.join(timeout=10)
        self._thread = None
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._wake_read = self._wake_write = -1

    def _wake(self) -> None:
        if self._wake_write >= 0:
            os.write(self._wake_write, b".")

    # -- in the background ---------------------------------------------------

    def _run(self) -> None:
        pause, reconnecting = FIRST_PAUSE, False
        while not self._stopping.is_set():
            try:
                self._serve(reconnecting)
            except Exception as ex:  # boundary: if this ended, caches would be trusted and hear nothing
                if self._connected.is_set():
                    pause, reconnecting = FIRST_PAUSE, True
                known = isinstance(ex, psycopg2.Error | OSError)
                log.warning(
                    "listener_disconnected",
                    error=str(ex).strip(),
                    retry_in=pause,
                    exc_info=None if known else ex,
                )
                self._connected.clear()
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._connected.clear()

    def _serve(self, reconnecting: bool) -> None:
        """Listen on a new connection until it breaks or `stop` is called."""
        connection = psycopg2.connect(**self._parameters)
        try:
            connection.autocommit = True
            self._listening = set()
            self._subscribe(connection)
            if reconnecting:  # before `connected`, so that no cache is trusted before it was emptied
                for channel in sorted(self._listening):
                    self._deliver(channel, None)
            self._connected.set()
            while not self._stopping.is_set():
                self._wait(connection)
                self._subscribe(connection)
                connection.poll()
                self._drain(connection)
        finally:
            connection.close()

    def _wait(self, connection: Any) -> None:
        """Sleep until something arrives, `on` or `stop` wakes us, or it is time to probe."""
        readable, _, _ = select.select([connection, self._wake_read], [], [], PROBE_AFTER)
        if self._wake_read in readable:
            os.read(self._wake_read, 4096)
        if not readable:
            _execute(connection, sql.SQL("SELECT 1"))

    def _subscribe(self, connection: Any) -> None:
        for channel in sorted(set(self._callbacks) - self._listening):
            _execute(connection, sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self._listening.add(channel)

    def _drain(self, connection: Any) -> None:
        while connection.notifies:
            notification = connection.notifies.pop(0)
            self._deliver(notification.channel, notification.payload)

    def _deliver(self, channel: str, payload: str | None) -> None:
        for callback in tuple(self._callbacks[channel]):
            started = time.perf_counter()
            try:
                callback(payload)
            except Exception as ex:  # boundary: one callback must not silence the others
                log.exception("listener_callback_failed", channel=channel, error=str(ex))
            if (seconds := time.perf_counter() - started) > 1:
                log.warning("listener_callback_slow", channel=channel, seconds=round(seconds, 3))


def _execute(connection: Any, statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

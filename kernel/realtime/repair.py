"""Bring rooms that are behind their streams up to date, all by one SELECT."""

from __future__ import annotations

from typing import Final

import structlog
from peewee import PeeweeException

from kernel.auth.rights import announce_rights
from kernel.errors import Unavailable
from kernel.realtime.background import Background
from kernel.realtime.live_rooms import LiveRooms
from kernel.realtime.streams import Streams
from kernel.storage import Database

log = structlog.get_logger(__name__)
_AT_ONCE: Final = 1000  # events read for one room in one go; the rest follows
_PAUSE: Final = 0.5  # seconds until the next attempt while PostgreSQL is away


class Repair:
    """The greenlet that reads what did not arrive."""

    def __init__(self, db: Database, streams: Streams, live: LiveRooms) -> None:
        self._db, self._streams, self._live = db, streams, live
        self._loop = Background("stoa-repair", self._turn)
        live.on_lag = live.rights.on_wait = self._loop.wake
        self.reads = 0
        """SELECTs made so far."""

    def begin(self) -> None:
        """Start; nothing happens if it runs."""
        self._loop.begin()

    def stop(self) -> None:
        """End."""
        self._loop.stop()

    def _turn(self) -> float | None:
        self._ask_for_rights()
        asked = self._live.overdue()
        if asked:
            self.reads += 1
            try:
                self._live.repair(asked, self._streams.read(asked, _AT_ONCE, whole=False))
            except Exception as ex:  # whatever it was, these rooms must be read again
                known = isinstance(ex, Unavailable | PeeweeException)
                log.warning(
                    "rooms_not_repaired",
                    rooms=len(asked),
                    error=str(ex),
                    retry_in=_PAUSE,
                    exc_info=None if known else ex,
                )
                self._live.unrepaired(asked, _PAUSE)
            finally:
                self._db.release()
        return self._live.patience()

    def _ask_for_rights(self) -> None:
        """Have the number that events wait for announced anew, when it is overdue."""
        with self._live.lock:
            overdue = self._live.rights.overdue()
        if not overdue:
            return
        try:
            announce_rights(self._db)
        except (Unavailable, PeeweeException) as ex:
            log.warning("rights_not_asked_for", error=str(ex), remedy="it is tried again in a second")
        finally:
            self._db.release()

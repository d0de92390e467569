"""The sessions of a process and their heartbeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.realtime.engine.deadlines import TURN, Deadlines
from kernel.realtime.engine.packets import PING_FRAME
from kernel.realtime.engine.websocket import Common

if TYPE_CHECKING:
    from kernel.realtime.engine.polling import Polling
    from kernel.realtime.engine.session import EngineSession
    from kernel.realtime.settings import RealtimeSettings


class Sessions:
    """Sessions by id; pings each after `ping_interval` and ends those that do not answer."""

    def __init__(self, settings: RealtimeSettings) -> None:
        self.common = Common(settings.max_payload, settings.queue_bytes)
        self.open: dict[str, EngineSession] = {}
        self.last_words: dict[str, Polling] = {}
        """What closed sessions still have to say to their next poll, for `handshake_timeout`."""
        self._pings: Deadlines[EngineSession] = Deadlines(settings.ping_interval, self._ping)
        self._pongs: Deadlines[EngineSession] = Deadlines(settings.ping_timeout, self._silent)
        self._words: Deadlines[str] = Deadlines(settings.handshake_timeout, self._unheard)
        self.probes: Deadlines[EngineSession] = Deadlines(settings.handshake_timeout, _give_up)

    def add(self, session: EngineSession) -> None:
        """Take a new session in."""
        self.open[session.id] = session
        self._pings.start(session)

    def forget(self, session: EngineSession) -> None:
        """Let an ended session go; harmless for one that was not taken in."""
        self.open.pop(session.id, None)
        self._pings.cancel(session)
        self._pongs.cancel(session)

    def heard(self, session: EngineSession) -> None:
        """Take a pong."""
        self._pongs.cancel(session)
        self._pings.start(session)

    def keep_last_words(self, sid: str, polling: Polling) -> None:
        """Keep what a closed session has to say until its client polls once more."""
        self.last_words[sid] = polling
        self._words.start(sid)

    def take_last_words(self, sid: str) -> Polling | None:
        """Return and forget what a closed session has to say."""
        self._words.cancel(sid)
        return self.last_words.pop(sid, None)

    def known(self, sid: str) -> EngineSession | None:
        """Return an open session; one whose pong is late is not, even before its timer's turn."""
        self._pongs.expire(TURN)
        return self.open.get(sid)

    def _ping(self, session: EngineSession, due: float) -> None:
        self._pongs.start(session, due)
        session.send_frame(PING_FRAME)

    def _silent(self, session: EngineSession, _: float) -> None:
        if session.paused:  # its pong may have come: it is ourselves who do not read
            self._pongs.start(session)
        else:
            session.end("ping timeout", 1001, "ping timeout")

    def _unheard(self, sid: str, _: float) -> None:
        self.last_words.pop(sid, None)


def _give_up(session: EngineSession, _: float) -> None:
    if session.probe is not None:
        session.probe.close(1008, "no probe in time")

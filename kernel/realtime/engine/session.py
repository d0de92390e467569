"""One client's session, on whichever transport it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from gevent import get_hub

from kernel.realtime.engine.handshake import Handshake
from kernel.realtime.engine.packets import CLOSE, CLOSE_FRAME, MESSAGE, NOOP, NOOP_FRAME, PONG, Frame
from kernel.realtime.engine.polling import Polling

if TYPE_CHECKING:
    from kernel.realtime.engine.sessions import Sessions
    from kernel.realtime.engine.upgrade import Probe
    from kernel.realtime.engine.websocket import WebSocket

log = logging.getLogger("stoa.realtime")


def _nothing(_: object) -> None:
    """Do nothing: what a session does that nobody took in `on_open`."""


class EngineSession:
    """A session; ends once, with a reason, and never comes back.

    All of it belongs to the hub's thread. Nothing here waits: `on_message` and
    `on_close` are called in the hub itself, where a wait is an error — they queue
    and return. `on_close` comes in a later turn of the hub than the call that
    closed, so a broadcast may go through a set that `on_close` changes.
    """

    __slots__ = (
        "_polling",
        "_probe",
        "_sessions",
        "_socket",
        "closed",
        "environ",
        "id",
        "on_close",
        "on_message",
        "paused",
        "probing",
        "transport",
    )

    def __init__(self, sid: str, environ: Handshake, sessions: Sessions) -> None:
        """Make a session on polling; `attach` puts it on a WebSocket."""
        self.id = sid
        self.environ = environ
        self.transport: Literal["polling", "websocket"] = "polling"
        self.on_message: Callable[[str | bytes], None] = _nothing
        self.on_close: Callable[[str], None] = _nothing
        self.closed = self.paused = False
        self.probing = False
        """Whether the client is about to leave polling for a WebSocket that works."""
        self._sessions = sessions
        self._socket: WebSocket | None = None
        self._polling: Polling | None = Polling(sessions.common.queue_bytes)
        self._probe: Probe | None = None

    def send(self, message: str | bytes) -> None:
        """Send one message; beyond `queue_bytes` the session ends ("slow reader")."""
        self.send_frame(Frame(message))

    def send_frame(self, frame: Frame) -> None:
        """Send a message that is encoded once for many sessions."""
        if self._socket is not None:
            self._socket.write(frame.wire)
        elif self._polling is not None and not self._polling.put(frame):
            self.end("slow reader")

    def pause(self) -> None:
        """Read no further message until `resume`; what is sent goes on."""
        self.paused = True
        if self._socket is not None:
            self._socket.pause()

    def resume(self) -> None:
        """Read on."""
        self.paused = False
        if self._socket is not None:
            self._socket.resume()
        elif self._polling is not None and self._polling.resumed is not None:
            self._polling.resumed.set()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the session after what was sent; `on_close` gets "forced close".

        `code` and `reason` are a WebSocket's; a polling client gets the packets
        that wait, then `close`, with its present or next poll.
        """
        self.end("forced close", code, reason)

    # What follows is the engine's.

    @property
    def polling(self) -> Polling | None:
        """The queue of a session on polling; None after the upgrade and the end."""
        return self._polling

    @property
    def probe(self) -> Probe | None:
        """The WebSocket that is being tried."""
        return self._probe

    def received(self, message: str | bytes) -> None:
        """Take a packet: text with its digit, or an attachment."""
        if self.closed:
            return
        if isinstance(message, bytes):
            self.on_message(message)
            return
        kind = message[:1]
        if kind == MESSAGE:
            self.on_message(message[1:])
        elif kind == PONG:
            self._sessions.heard(self)
        elif kind == CLOSE:
            self.end("transport close", last=NOOP_FRAME)
        elif kind != NOOP:
            self.end("parse error", 1002, "not a packet a client sends")

    def lost(self, reason: str) -> None:
        """End with the WebSocket."""
        self.end(reason)

    def try_upgrade(self, probe: Probe) -> None:
        """Stay on polling while `probe` tries a WebSocket."""
        self._probe = probe
        self._sessions.probes.start(self)

    def probed(self) -> None:
        """Let a poll that waits end: the client waits for that before it upgrades."""
        self.probing = True
        if self._polling is not None:
            self._polling.nudge()

    def unprobed(self) -> None:
        """Go on with polling."""
        self._probe, self.probing = None, False
        self._sessions.probes.cancel(self)

    def attach(self, socket: WebSocket, head: bytes = b"") -> None:
        """Leave polling for `socket`; what waited follows `head` there, in one write."""
        self.unprobed()
        if self._polling is not None and self._polling.posting:
            socket.close(1002, "an upgrade while data is posted")
            self.end("transport error")
            return
        polling, self._polling = self._polling, None
        self._socket, self.transport = socket, "websocket"
        socket.owner = self
        waiting = [frame.wire for frame in polling.take()] if polling is not None else []
        if polling is not None:
            polling.nudge()
        if head or waiting:
            socket.write(b"".join((head, *waiting)))
        if self.paused:
            socket.pause()

    def end(self, reason: str, code: int = 1000, text: str = "", *, last: Frame = CLOSE_FRAME) -> None:
        """End once: `on_close` gets `reason`, a WebSocket `code` and `text`, a poll `last`."""
        if self.closed:
            return
        self.closed = True
        socket, polling, probe = self._socket, self._polling, self._probe
        self._socket = self._polling = None
        self._sessions.forget(self)
        if probe is not None:
            probe.close(code, text)
        if socket is not None:
            socket.close(code, text)
        elif polling is not None:
            self._end_polling(polling, reason, last)
        get_hub().loop.run_callback(self._tell, reason)

    def _end_polling(self, polling: Polling, reason: str, last: Frame) -> None:
        """Answer the poll that waits; keep the last words of a close of ours for the next one."""
        if polling.resumed is not None:
            polling.resumed.set()
        if polling.waiting is not None or reason in {"forced close", "server shutting down"}:
            polling.put_last(last)
            if polling.waiting is None:
                self._sessions.keep_last_words(self.id, polling)

    def _tell(self, reason: str) -> None:
        on_close, self.on_message, self.on_close = self.on_close, _nothing, _nothing
        try:
            on_close(reason)
        except Exception:
            log.exception("the end of a session could not be taken")

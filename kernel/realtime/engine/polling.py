"""Long polling: what waits for a session's next GET, and what a POST brings."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gevent.event import Event

from kernel.errors import Problem
from kernel.realtime.engine.packets import NOOP_FRAME, SEPARATOR, Frame, MalformedPacket, decoded_payload
from kernel.realtime.engine.refusals import BAD_REQUEST, Refused

if TYPE_CHECKING:
    from kernel.realtime.engine.session import EngineSession

FRAME_COST = 64  # bytes of memory a waiting frame takes beside its own
PROBING = 0.1  # seconds a poll is held while the client tries a WebSocket: it must end for the upgrade

log = logging.getLogger("stoa.realtime")


class Polling:
    """The outgoing half of a session without a WebSocket."""

    __slots__ = ("_bound", "_frames", "_nudged", "_size", "posting", "resumed", "waiting")

    def __init__(self, bound: int) -> None:
        """Hold at most `bound` bytes for a client that does not poll."""
        self._bound = bound
        self._frames: list[Frame] = []
        self._size = 0
        self._nudged = False
        self.waiting: Event | None = None
        """Set while a GET waits."""
        self.posting = False
        self.resumed: Event | None = None
        """Set while a POST waits for the session to take more."""

    def put(self, frame: Frame) -> bool:
        """Queue a frame; False when too much waits already."""
        size = len(frame.wire) + FRAME_COST
        if self._frames and self._size + size > self._bound:
            return False
        self._size += size
        self.put_last(frame)
        return True

    def put_last(self, frame: Frame) -> None:
        """Queue a frame whatever waits."""
        self._frames.append(frame)
        if self.waiting is not None:
            self.waiting.set()

    def nudge(self) -> None:
        """Let a GET that waits be answered, with NOOP when there is nothing to say."""
        if self.waiting is not None:
            self._nudged = True
            self.waiting.set()

    def wait(self, connection: Any, session: EngineSession) -> bool:
        """Wait for something to answer; False when the client has left meanwhile."""
        if self._frames:
            return True
        left = False
        self.waiting = waiting = Event()

        def leave() -> None:
            nonlocal left
            left = True
            waiting.set()

        forget = connection.when_gone(leave) if connection is not None else None
        try:
            while not (self._frames or self._nudged or left):
                if not waiting.wait(PROBING if session.probing else None):
                    break
        finally:
            self.waiting, self._nudged = None, False
            if forget is not None:
                forget()
        return bool(self._frames) or not left

    def take(self) -> list[Frame]:
        """Return and forget what waits."""
        frames, self._frames, self._size = self._frames, [], 0
        return frames


def payload(frames: list[Frame]) -> bytes:
    """Return frames as the body of an answer; NOOP for none."""
    packets = [packet for frame in frames or (NOOP_FRAME,) for packet in frame.packets]
    return SEPARATOR.join(packets).encode("utf-8", "replace")


def poll(session: EngineSession, polling: Polling, environ: Mapping[str, Any]) -> bytes:
    """Answer a GET once there is something to say; a second one at once ends both."""
    if polling.waiting is not None:
        session.end("transport error")
        raise Refused(BAD_REQUEST, "two polls at once")
    if not polling.wait(environ.get("stoa.connection"), session):
        session.end("transport close")
    return payload(polling.take())


def post(session: EngineSession, polling: Polling, environ: Mapping[str, Any], most: int) -> None:
    """Take the packets of a POST, in order; whatever is wrong with it ends the session."""
    if polling.posting:
        session.end("transport error")
        raise Refused(BAD_REQUEST, "two requests with data at once")
    polling.posting = True
    try:
        for packet in decoded_payload(_body(environ, most)):
            _wait_resumed(session, polling)
            session.received(packet)
    except MalformedPacket as ex:
        session.end("parse error")
        raise Refused(BAD_REQUEST, str(ex)) from ex
    except Refused:
        session.end("transport error")
        raise
    except Exception as ex:
        log.exception("a message could not be taken")
        session.end("transport error")
        raise Refused(BAD_REQUEST, "internal error", 500) from ex
    finally:
        polling.posting = False


def _body(environ: Mapping[str, Any], most: int) -> bytes:
    if environ.get("CONTENT_TYPE", "").startswith("application/octet-stream"):
        raise MalformedPacket("a body is text; attachments stand in it as base64")
    too_large = Refused(BAD_REQUEST, f"a body may have {most} bytes", 413)
    if int(environ.get("CONTENT_LENGTH") or 0) > most:
        raise too_large
    try:
        body: bytes = environ["wsgi.input"].read(most + 1)
    except Problem as ex:
        raise Refused(BAD_REQUEST, ex.detail, ex.status) from ex
    if len(body) > most:
        raise too_large
    return body


def _wait_resumed(session: EngineSession, polling: Polling) -> None:
    """Hold a POST back while the session is paused, as TCP does a WebSocket's client."""
    while session.paused and not session.closed:
        polling.resumed = Event()
        try:
            polling.resumed.wait()
        finally:
            polling.resumed = None

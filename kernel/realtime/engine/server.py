"""The Engine.IO server of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.realtime.engine.session import EngineSession

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from kernel.realtime.settings import RealtimeSettings


class EngineServer:
    """Opens sessions and brings requests to them; knows no Socket.IO.

    `on_open` gets each new session after its `open` packet was queued and sets
    its `on_message` and `on_close`; a Problem it raises refuses the session with
    that status. `origins` is `http.cors_origins`; `address` tells a client's
    address (`kernel.http.proxies.client_address`). Heartbeats run on the
    machine's monotonic time, so there is no clock here.
    """

    def __init__(
        self,
        settings: RealtimeSettings,
        *,
        on_open: Callable[[EngineSession], None],
        origins: Sequence[str] = (),
        max_age: int = 600,
        address: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self.settings = settings
        self.sessions: dict[str, EngineSession] = {}

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request below `settings.path`."""
        raise NotImplementedError

    def close_all(self, code: int = 1001, reason: str = "server shutting down") -> None:
        """End every session; `on_close` gets "server shutting down". New ones are refused."""
        raise NotImplementedError

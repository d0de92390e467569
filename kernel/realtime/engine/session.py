"""One client's session, on whichever transport it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from kernel.realtime.engine.handshake import Handshake
from kernel.realtime.engine.packets import Frame


class EngineSession:
    """A session; ends once, with a reason, and never comes back.

    All of it belongs to the hub's thread. Nothing here waits: `on_message` and
    `on_close` are called in the hub itself, where a wait is an error — they queue
    and return. `on_close` comes in a later turn of the hub than the call that
    closed, so a broadcast may go through a set that `on_close` changes.
    """

    id: str
    transport: Literal["polling", "websocket"]
    environ: Handshake
    closed: bool
    on_message: Callable[[str | bytes], None]
    on_close: Callable[[str], None]

    def send(self, message: str | bytes) -> None:
        """Send one message; beyond `queue_bytes` the session ends ("slow reader")."""
        raise NotImplementedError

    def send_frame(self, frame: Frame) -> None:
        """Send a message that is encoded once for many sessions."""
        raise NotImplementedError

    def pause(self) -> None:
        """Read no further message until `resume`; what is sent goes on."""
        raise NotImplementedError

    def resume(self) -> None:
        """Read on."""
        raise NotImplementedError

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the session after what was sent; `on_close` gets "forced close"."""
        raise NotImplementedError

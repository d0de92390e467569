"""What every process is to do with its sockets: refresh rights, close.

By NOTIFY, in the transaction that is the reason: all processes hear it with the
commit, and none if there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from kernel.storage import Database

Refresh = Callable[[UUID | None, str], None]
Disconnect = Callable[[UUID, int, str], None]
_LONGEST = 500  # characters of a reason


class Orders:
    """Gives and takes them."""

    CHANNEL: ClassVar[str] = "stoa_sockets"

    def __init__(self, db: Database) -> None:
        self._db = db
        self._refreshes: list[Refresh] = []
        self._disconnects: list[Disconnect] = []

    def on_refresh(self, call: Refresh) -> None:
        """Call at each refresh; None for everybody."""
        self._refreshes.append(call)

    def on_disconnect(self, call: Disconnect) -> None:
        """Call at each disconnect."""
        self._disconnects.append(call)

    def refresh(self, user_id: UUID, reason: str) -> None:
        """Have an account's rooms looked at anew."""
        self._db.notify(self.CHANNEL, f"refresh {user_id} 0 {reason[:_LONGEST]}")

    def disconnect(self, target: UUID, code: int, reason: str) -> None:
        """Have the sockets of an account or a session closed."""
        self._db.notify(self.CHANNEL, f"close {target} {code} {reason[:_LONGEST]}")

    def heard(self, payload: str | None) -> None:
        """Take an order, or None after some may have been missed."""
        if payload is None:
            for refresh in self._refreshes:
                refresh(None, "")
            return
        what, target, code, reason = payload.split(" ", 3)
        if what == "refresh":
            for refresh in self._refreshes:
                refresh(UUID(target), reason)
        else:
            for disconnect in self._disconnects:
                disconnect(UUID(target), int(code), reason)

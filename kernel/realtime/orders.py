"""What every process is to do with its sockets: refresh rights, close.

By NOTIFY, in the transaction that is the reason: all processes hear it with the
commit, and none if there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar
from uuid import UUID

from kernel.auth.rights import raise_rights
from kernel.storage import Database

Refresh = Callable[[UUID | None, str], None]
Disconnect = Callable[[UUID, int, str], None]
_LONGEST = 500  # characters of a reason
_TOGETHER = 100  # accounts in one notification, of at most 8,000 bytes
_NOTIFY = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload"


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

    def refresh(self, users: Collection[UUID], reason: str) -> None:
        """Have these accounts' rooms looked at anew: one statement, and one after the commit."""
        each = [str(user_id) for user_id in sorted(set(users))]
        orders = [
            f"refresh {','.join(each[start : start + _TOGETHER])} 0 {reason[:_LONGEST]}"
            for start in range(0, len(each), _TOGETHER)
        ]
        if orders:
            self._db.execute_sql(_NOTIFY, (self.CHANNEL, orders))
            raise_rights(self._db)

    def disconnect(self, target: UUID, code: int, reason: str) -> None:
        """Have the sockets of an account or a session closed."""
        self._db.notify(self.CHANNEL, f"close {target} {code} {reason[:_LONGEST]}")
        raise_rights(self._db)

    def heard(self, payload: str | None) -> None:
        """Take an order, or None after some may have been missed."""
        if payload is None:
            for refresh in self._refreshes:
                refresh(None, "")
            return
        what, target, code, reason = payload.split(" ", 3)
        if what == "refresh":
            for user_id in map(UUID, target.split(",")):
                for refresh in self._refreshes:
                    refresh(user_id, reason)
        else:
            for disconnect in self._disconnects:
                disconnect(UUID(target), int(code), reason)

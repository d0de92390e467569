"""`app.realtime`: publish to rooms, ask who is online, end what may not go on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.realtime.recovery import Position
from kernel.realtime.rooms import Rooms


class Realtime:
    """The sockets of all processes, as plugins see them. `rooms` are this process's."""

    rooms: Rooms

    def publish(
        self,
        namespace: str,
        room: str,
        name: str,
        data: Any,
        *,
        ref: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Append an event to a room's stream; members get it when this commits.

        Must be called inside a transaction, which then holds the room's row until
        it ends: publish late. `data` is JSON-able. Raises StoaError outside one.
        """
        raise NotImplementedError

    def emit(self, namespace: str, room: str, name: str, data: Any, *, but: str | None = None) -> None:
        """Send a volatile event: no number, no recovery, lost where it cannot be delivered now.

        Inside a transaction it is sent when that commits. `but` is the `sid` of a socket left out.
        """
        raise NotImplementedError

    def refresh(self, user_id: UUID, reason: str = "") -> None:
        """Have every process re-run the authorisers for an account's sockets, on commit."""
        raise NotImplementedError

    def on_refresh(self, call: Callable[[UUID | None, str], None]) -> None:
        """Call at each `refresh`, in every process; None: news may have been missed, check everybody.

        In the listener's greenlet: keep it short and without I/O.
        """
        raise NotImplementedError

    def redact(self, namespace: str, room: str, ref: str, data: Any) -> int:
        """Replace the stored data of a room's events with this `ref`; return how many."""
        raise NotImplementedError

    def positions(self, namespace: str, rooms: Iterable[str]) -> dict[str, Position]:
        """Return where each room's stream stands, in one SELECT.

        Read in one `db.snapshot()` with the state they go with, they tell
        exactly which events that state holds already.
        """
        raise NotImplementedError

    def online(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return how many sockets each has in all living processes; who has none is left out."""
        raise NotImplementedError

    def connected(self, user_id: UUID) -> None:
        """Count a socket of this person in this process (the gateway calls it)."""
        raise NotImplementedError

    def disconnected(self, user_id: UUID) -> None:
        """Count one less."""
        raise NotImplementedError

    def on_presence(self, call: Callable[[UUID, bool], None]) -> None:
        """Call `call(user_id, online)` when somebody's first socket came or last one went.

        Over all processes, told in exactly one of them, in a greenlet that may do I/O.
        """
        raise NotImplementedError

    def disconnect(self, target: UUID, code: int = 4401, reason: str = "") -> None:
        """Close the sockets of an account or a session, in every process, on commit."""
        raise NotImplementedError

    def on_disconnect(self, call: Callable[[UUID, int, str], None]) -> None:
        """Call at each `disconnect`, in every process, in the listener's greenlet: short, no I/O."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to hear other processes."""
        raise NotImplementedError

    def stop(self) -> None:
        """Send what waits, take this process's sockets off the list, end."""
        raise NotImplementedError

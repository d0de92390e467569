"""News that what somebody may do has changed, to every process at once.

A change is announced in the transaction that makes it: PostgreSQL delivers the
NOTIFY with the commit, to all processes, and this process is told as soon as it
commits. Nothing that is published to rooms once the change was answered is
delivered before it was heard (`kernel.auth.rights`). When the listener lost its
connection, news may have been missed: on its return every subscriber hears
`None`, which means "forget everything".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from kernel.auth.rights import raise_rights

if TYPE_CHECKING:
    from kernel.storage import Database, Listener

CHANNEL = "stoa_auth"
Reason = Literal["session", "sessions", "status", "grants", "api_key", "step_up", "keys"]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed, of whom; `account_id` None concerns everybody (signing keys)."""

    reason: Reason
    account_id: UUID | None = None
    session_id: UUID | None = None

    def encoded(self) -> str:
        """Return the NOTIFY payload."""
        return f"{self.reason} {self.account_id or '-'} {self.session_id or '-'}"

    @classmethod
    def decoded(cls, payload: str) -> Change:
        """Return the change a payload of `encoded` stands for."""
        reason, account, session = payload.split(" ")
        ids = [None if part == "-" else UUID(part) for part in (account, session)]
        return cls(cast("Reason", reason), *ids)


Subscriber = Callable[[Change | None], None]


class Changes:
    """Announces changes and hears those of other processes."""

    def __init__(self, db: Database, listener: Listener) -> None:
        self._db = db
        self._subscribers: list[Subscriber] = []
        listener.on(CHANNEL, self._hear)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber(change)` at every change, `subscriber(None)` when some may have been missed.

        It may be told twice of one change, and runs in the listener's thread or
        in the one that committed: keep it short and without I/O.
        """
        self._subscribers.append(subscriber)

    def announce(self, change: Change) -> None:
        """Tell everybody when the surrounding transaction commits, nobody if it does not."""
        with self._db.atomic():
            self._db.notify(CHANNEL, change.encoded())
            self._db.on_commit(lambda: self._tell(change))
            raise_rights(self._db)

    def _hear(self, payload: str | None) -> None:
        self._tell(None if payload is None else Change.decoded(payload))

    def _tell(self, change: Change | None) -> None:
        for subscriber in self._subscribers:
            subscriber(change)

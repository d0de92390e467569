"""Whether an account may be used: active, suspended until, banned, deleted.

A suspension with an end lifts by the clock; no task has to run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from peewee import SQL, Expression, Field, fn

from kernel.auth.changes import Change, Changes
from kernel.auth.models import Account, ApiKey, Session
from kernel.auth.problems import AccountBanned, AccountSuspended, CredentialsRefused
from kernel.errors import Conflict, NotFound, invalid

if TYPE_CHECKING:
    from kernel.clock import Clock
    from kernel.storage import Database

Status = Literal["active", "suspended", "banned", "deleted"]


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """What an account's status is now; `until` is the end of a suspension."""

    status: Status
    until: datetime | None = None

    @classmethod
    def at(cls, moment: datetime, status: str, until: datetime | None) -> AccountStatus:
        """Return the status stored, as it counts at `moment`."""
        lifted = status == "suspended" and until is not None and until <= moment
        return cls("active") if lifted else cls(cast("Status", status), until)

    def require_active(self) -> None:
        """Raise the 401 that says why the account may not be used; nothing when it may."""
        if self.status == "suspended":
            raise AccountSuspended(until=self.until.isoformat() if self.until else None)
        if self.status == "banned":
            raise AccountBanned
        if self.status == "deleted":
            raise CredentialsRefused("The account does not exist any more.")


class AccountStatuses:
    """Reads and changes the status of accounts."""

    def __init__(self, db: Database, clock: Clock, changes: Changes) -> None:
        self._db = db
        self._clock = clock
        self._changes = changes

    def ensure(self, account_id: UUID) -> bool:
        """Make the kernel's row of an account, active, unless there is one; say whether it is new."""
        made = Account.insert(id=account_id).on_conflict_ignore().returning(Account.id).execute()
        return bool(list(made))

    def get(self, account_id: UUID) -> AccountStatus:
        """Return the status now; raise NotFound for an account the kernel never saw."""
        row = Account.get_or_none(Account.id == account_id)
        if row is None:
            raise NotFound("There is no such account.")
        return AccountStatus.at(self._clock.now(), row.status, row.status_until)

    def of(self, account_ids: Collection[UUID]) -> dict[UUID, AccountStatus]:
        """Return the status now of each account the kernel has seen, in one statement."""
        sql = "SELECT id, status, status_until FROM kernel_account WHERE id = ANY(%s::uuid[])"
        known = self._db.rows(sql, (list(account_ids),))
        return {id_: AccountStatus.at(self._clock.now(), status, until) for id_, status, until in known}

    def where(self, column: Field, status: Status) -> Expression:
        """Return the condition that the account whose id is in `column` has this status now."""
        over = (Account.status == "suspended") & Account.status_until.is_null(False)
        over &= Account.status_until <= self._clock.now()
        held = (
            (Account.status == "active") | over if status == "active" else (Account.status == status) & ~over
        )
        return cast("Expression", fn.EXISTS(Account.select(SQL("1")).where(Account.id == column, held)))

    def set(self, account_id: UUID, status: Status, until: datetime | None = None) -> bool:
        """Set the status, effective at once in every process; say whether that changed anything.

        `until` (aware) ends a suspension. A ban ends the sessions, a deletion
        the API keys too; a suspension only holds them up. Raises Conflict when
        the account is deleted: that is final.
        """
        if until is not None and status != "suspended":
            raise invalid("/until", "Only a suspension has an end.")
        with self._db.atomic():
            is_new = self.ensure(account_id)
            held = Account.select().where(Account.id == account_id).for_update().get()
            if held.status == "deleted" and status != "deleted":
                raise Conflict("The account is deleted; that is final.")
            if (held.status, held.status_until) == (status, until):
                return is_new
            Account.update(status=status, status_until=until).where(Account.id == account_id).execute()
            self._end_credentials(account_id, status)
            self._changes.announce(Change("status", account_id))
        return True

    def _end_credentials(self, account_id: UUID, status: Status) -> None:
        now = self._clock.now()
        if status in ("banned", "deleted"):
            Session.update(revoked_at=now).where(
                Session.account == account_id, Session.revoked_at.is_null()
            ).execute()
        if status == "deleted":
            ApiKey.update(revoked_at=now).where(
                ApiKey.account == account_id, ApiKey.revoked_at.is_null()
            ).execute()

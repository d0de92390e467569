"""Roles given to accounts, globally or within a scope."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast
from uuid import UUID

from peewee import SQL, Expression, Field, fn
from uuid_utils.compat import uuid7

from kernel.auth.account_status import AccountStatuses
from kernel.auth.changes import Change, Changes
from kernel.auth.models import RoleGrant
from kernel.auth.principals import Grant, Principal
from kernel.auth.roles import Roles

if TYPE_CHECKING:
    from kernel.storage import Database

_OF_ALL = """
SELECT account_id, role, scope FROM kernel_grant WHERE account_id = ANY(%s::uuid[]) ORDER BY role, scope
"""


class Grants:
    """Gives, takes and lists roles."""

    def __init__(self, db: Database, *, roles: Roles, statuses: AccountStatuses, changes: Changes) -> None:
        self._db = db
        self._roles = roles
        self._statuses = statuses
        self._changes = changes

    def give(self, account_id: UUID, role: str, scope: str | None, by: UUID | None) -> bool:
        """Give a role; say whether the account did not have it.

        Raises Invalid for a role or scope that is none.
        """
        self._roles.check_grantable(role, scope)
        with self._db.atomic():
            self._statuses.ensure(account_id)
            insert = RoleGrant.insert(
                id=uuid7(), account=account_id, role=role, scope=scope or "", granted_by=by
            ).on_conflict_ignore()
            given = bool(list(insert.returning(RoleGrant.id).tuples().execute()))
            if given:
                self._changes.announce(Change("grants", account_id))
        return given

    def take(self, account_id: UUID, role: str, scope: str | None) -> bool:
        """Take a role away; say whether the account had it."""
        held = RoleGrant.account == account_id, RoleGrant.role == role, RoleGrant.scope == (scope or "")
        with self._db.atomic():
            taken = bool(RoleGrant.delete().where(*held).execute())
            if taken:
                self._changes.announce(Change("grants", account_id))
        return taken

    def of(self, account_id: UUID) -> frozenset[Grant]:
        """Return the roles an account was given."""
        rows = self._db.rows("SELECT role, scope FROM kernel_grant WHERE account_id = %s", (account_id,))
        return frozenset(Grant(role, scope or None) for role, scope in rows)

    def of_all(self, account_ids: Collection[UUID]) -> dict[UUID, list[Grant]]:
        """Return the roles of several accounts, by role and scope, in one statement."""
        found: dict[UUID, list[Grant]] = {account_id: [] for account_id in account_ids}
        for account_id, role, scope in self._db.rows(_OF_ALL, (list(found),)):
            found[account_id].append(Grant(role, scope or None))
        return found

    def where(self, column: Field, role: str, scope: str | None) -> Expression:
        """Return the condition that the account whose id is in `column` was given this role."""
        held = [RoleGrant.account == column, RoleGrant.role == role]
        held += [RoleGrant.scope == scope] if scope else []
        return cast("Expression", fn.EXISTS(RoleGrant.select(SQL("1")).where(*held)))

    def holders(self, role: str, scope: str | None) -> list[UUID]:
        """Return the accounts given exactly this role in exactly this scope, the earliest first."""
        sql = "SELECT account_id FROM kernel_grant WHERE role = %s AND scope = %s ORDER BY id"
        return [row[0] for row in self._db.rows(sql, (role, scope or ""))]

    def may_give(self, giver: Principal, role: str, scope: str | None) -> bool:
        """Say whether the role is no more than the giver has himself there.

        It does not say that he may give roles at all: ask for a permission too.
        """
        return all(giver.can(permission, scope) for permission in self._roles.permissions_of(role))

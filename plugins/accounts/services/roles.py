"""Who may make whom what.

Whoever holds `accounts:grant_roles` in a scope grants and revokes roles in that
scope; held everywhere, in any. Nobody hands out more than they hold: every
permission of the role must be the granter's in that scope. The last
administrator cannot be revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel import Conflict, Forbidden, NotFound, Principal, app
from plugins.accounts import notices
from plugins.accounts.events import RoleGranted, RoleRevoked
from plugins.accounts.services import people

GRANT = "accounts:grant_roles"
READ = "accounts:read"
ADMIN = "admin"
ADMIN_LOCK = "accounts.administrators"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody holds; `scope` None means everywhere."""

    role: str
    scope: str | None = None


def of(user_id: UUID) -> list[HeldRole]:
    """Return the roles granted to an account, sorted."""
    people.by_id(user_id)
    held = [HeldRole(grant.role, grant.scope) for grant in app.auth.grants(user_id)]
    return sorted(held, key=lambda one: (one.role, one.scope or ""))


def visible(viewer: Principal, user_id: UUID) -> list[HeldRole]:
    """Return those of somebody's roles that `viewer` may know of; raise Forbidden when none could be."""
    whole = viewer.id == user_id or viewer.can(READ)
    if not whole and not viewer.can_somewhere(GRANT):
        raise Forbidden(f"This takes the permission {READ} or {GRANT}.")
    return [one for one in of(user_id) if whole or viewer.can(GRANT, one.scope)]


def grant(by: Principal, user_id: UUID, role: str, scope: str | None) -> None:
    """Grant a role; a second time changes nothing. Raises Forbidden, NotFound, Invalid."""
    _check_reach(by, role, scope)
    app.auth.roles.check_grantable(role, scope)
    user = people.by_id(user_id)
    with app.db.atomic():
        if app.auth.grant(user_id, role, scope, by=by.id):
            app.bus.publish(
                RoleGranted(user_id=user_id, role=role, scope=scope or "", granted_by=by.id), scope=scope
            )
            notices.role_granted(user, role, scope)


def revoke(by: Principal, user_id: UUID, role: str, scope: str | None) -> None:
    """Take a role back; raise Forbidden, or NotFound when it is not held."""
    _check_reach(by, role, scope)
    people.by_id(user_id)
    with app.db.atomic():
        if role == ADMIN:
            keep_one_admin(user_id)
        if not app.auth.ungrant(user_id, role, scope):
            raise NotFound
        app.bus.publish(
            RoleRevoked(user_id=user_id, role=role, scope=scope or "", revoked_by=by.id), scope=scope
        )


def _check_reach(by: Principal, role: str, scope: str | None) -> None:
    if not by.can(GRANT, scope):
        raise Forbidden("You may grant roles in your own scope only.")
    above = role == ADMIN and not by.has_role(ADMIN) and by.kind != "system"
    if above or not app.auth.may_grant(by, role, scope):
        raise Forbidden("You may not hand out more than you hold.")


def keep_one_admin(user_id: UUID) -> None:
    """Raise Conflict when nobody else is an administrator; in a transaction, one caller at a time."""
    app.db.rows("SELECT pg_advisory_xact_lock(hashtext(%s))", (ADMIN_LOCK,))
    if app.auth.holders(ADMIN) == [user_id]:
        raise Conflict("This is the last administrator: make another one first.")

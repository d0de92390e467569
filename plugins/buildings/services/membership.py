"""Who belongs to a building: enter, change, leave, run it. The building's row is locked by the caller.

The row says it, and the roles `resident` and `building_admin` follow in the same
transaction, so permissions are never behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, app, invalid
from plugins.buildings import notices
from plugins.buildings.audience import scope_of
from plugins.buildings.events import AdminAdded, AdminRemoved, MemberJoined, MemberLeft, MemberVerified
from plugins.buildings.models import Building, Member, Unit
from plugins.buildings.permissions import ADMIN, RESIDENT
from plugins.buildings.problems import AlreadyMember, BannedFromBuilding, LastAdmin

HOW: Final = {"LEFT": "left", "REMOVED": "removed", "BANNED": "banned"}


def find(building_id: UUID, user_id: UUID) -> Member | None:
    """Return somebody's row in a building, whatever its status; None for who never belonged."""
    row: Member | None = Member.get_or_none(Member.building == building_id, Member.user_id == user_id)
    return row


def active(building_id: UUID, user_id: UUID) -> Member:
    """Return a member's row; raise NotFound for who does not belong."""
    row = find(building_id, user_id)
    if row is None or row.status != "ACTIVE":
        raise NotFound
    return row


def enter(
    building: Building, user_id: UUID, kind: str, unit_id: UUID | None, *, via: str, by: UUID | None
) -> None:
    """Take somebody in; raise AlreadyMember, BannedFromBuilding."""
    require_welcome(building.id, user_id)
    joined = {
        "kind": kind, "unit": unit_id, "status": "ACTIVE", "admin": False, "verified_at": None,
        "joined_at": app.clock.now(),
    }  # fmt: skip
    if (before := find(building.id, user_id)) is None:
        Member.create(building=building.id, user_id=user_id, **joined)
    else:
        Member.compare_and_set(before.id, None, **joined)
    app.auth.grant(user_id, RESIDENT, scope_of(building.id), by=by)
    said = MemberJoined(building_id=building.id, user_id=user_id, kind=kind, via=via)
    app.bus.publish(said, scope=scope_of(building.id))


def require_welcome(building_id: UUID, user_id: UUID) -> None:
    """Raise AlreadyMember or BannedFromBuilding unless somebody may come in."""
    before = find(building_id, user_id)
    if before is not None and before.status == "ACTIVE":
        raise AlreadyMember
    if before is not None and before.status == "BANNED":
        raise BannedFromBuilding


def require_unit(building_id: UUID, unit_id: UUID | None, pointer: str = "/unit_id") -> None:
    """Raise Invalid unless the unit is the building's (None: no unit)."""
    if unit_id is None:
        return
    if not Unit.select().where(Unit.id == unit_id, Unit.building == building_id).exists():
        raise invalid(pointer, "The building has no such unit.")


def change(building: Building, user_id: UUID, version: int | None, changes: Mapping[str, Any]) -> Member:
    """Change a member's kind, unit or standing (`verified`); return the row as it is then."""
    before = active(building.id, user_id)
    columns = {name: changes[name] for name in ("kind",) if name in changes}
    if "unit_id" in changes:
        require_unit(building.id, changes["unit_id"])
        columns["unit"] = changes["unit_id"]
    if "verified" in changes and changes["verified"] is not (before.verified_at is not None):
        columns["verified_at"] = app.clock.now() if changes["verified"] else None
    after = Member.compare_and_set(before.id, version, **columns)
    if "verified_at" in columns:
        tell_verified(building.id, user_id, verified=columns["verified_at"] is not None)
    return after


def tell_verified(building_id: UUID, user_id: UUID, *, verified: bool) -> None:
    """Tell other plugins of a member's standing."""
    said = MemberVerified(building_id=building_id, user_id=user_id, verified=verified)
    app.bus.publish(said, scope=scope_of(building_id))


def end(building: Building, user_id: UUID, status: str) -> None:
    """Let a member leave, remove or ban them, which they are told; who never belonged can be banned, too.

    Raises NotFound for who does not belong, LastAdmin.
    """
    before = find(building.id, user_id)
    if before is None or before.status != "ACTIVE":
        if status != "BANNED":
            raise NotFound
        _ban_outsider(building, user_id, before)
        return
    if before.admin:
        _require_another_admin(building.id)
    close(before, status, HOW[status])
    if status != "LEFT":
        notices.removed(building, user_id, HOW[status])


def _ban_outsider(building: Building, user_id: UUID, before: Member | None) -> None:
    if before is not None:
        Member.compare_and_set(before.id, None, status="BANNED")
        return
    Member.create(
        building=building.id, user_id=user_id, kind="RESIDENT", status="BANNED", admin=False,
        joined_at=app.clock.now(),
    )  # fmt: skip


def close(member: Member, status: str, how: str) -> None:
    """End an active membership whatever else holds: its roles go with it, and its standing."""
    Member.compare_and_set(member.id, None, status=status, admin=False, verified_at=None, unit=None)
    scope = scope_of(member.building_id)
    app.auth.ungrant(member.user_id, ADMIN, scope)
    app.auth.ungrant(member.user_id, RESIDENT, scope)
    said: list[Any] = [MemberLeft(building_id=member.building_id, user_id=member.user_id, how=how)]
    if member.admin:
        said.insert(0, AdminRemoved(building_id=member.building_id, user_id=member.user_id))
    app.bus.publish(*said, scope=scope)


def unban(building: Building, user_id: UUID) -> None:
    """Let somebody ask to come in again; raise NotFound for who is not banned."""
    before = find(building.id, user_id)
    if before is None or before.status != "BANNED":
        raise NotFound
    Member.compare_and_set(before.id, None, status="REMOVED")


def appoint(building: Building, user_id: UUID, by: UUID | None) -> None:
    """Make somebody an admin, and a member (STAFF) if need be; raise BannedFromBuilding."""
    before = find(building.id, user_id)
    if before is None or before.status != "ACTIVE":
        enter(building, user_id, "STAFF", None, via="admin", by=by)
        before = active(building.id, user_id)
    if before.admin:
        return
    Member.compare_and_set(before.id, None, admin=True)
    app.auth.grant(user_id, ADMIN, scope_of(building.id), by=by)
    app.bus.publish(AdminAdded(building_id=building.id, user_id=user_id), scope=scope_of(building.id))
    if user_id != by:
        notices.appointed(building, user_id)


def dismiss(building: Building, user_id: UUID) -> None:
    """Take an admin's role; they stay a member. Raises NotFound, LastAdmin."""
    before = active(building.id, user_id)
    if not before.admin:
        raise NotFound
    _require_another_admin(building.id)
    Member.compare_and_set(before.id, None, admin=False)
    app.auth.ungrant(user_id, ADMIN, scope_of(building.id))
    app.bus.publish(AdminRemoved(building_id=building.id, user_id=user_id), scope=scope_of(building.id))


def _require_another_admin(building_id: UUID) -> None:
    """Raise LastAdmin; the building's row is locked, so nobody dismisses the other one meanwhile."""
    if Member.select().where(Member.building == building_id, Member.admin).count() < 2:  # noqa: PLR2004 - another
        raise LastAdmin

"""Who may see and run which building.

A building one does not belong to answers like one that is not there. Who belongs
to it and may not do something is told so: they know it exists.
"""

from __future__ import annotations

from uuid import UUID

from kernel import Forbidden, NotFound, Principal
from plugins.buildings.models import Building
from plugins.buildings.permissions import MANAGE, VIEW


def scope_of(building_id: UUID) -> str:
    """Return the scope of a building's data."""
    return f"building:{building_id}"


def building_of(scope: str | None) -> UUID | None:
    """Return the building of a scope; None when it is no building's."""
    kind, _, id_ = (scope or "").partition(":")
    try:
        return UUID(id_) if kind == "building" else None
    except ValueError:  # a scope of that name nobody here gave out
        return None


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def require(caller: Principal, permission: str, building_id: UUID) -> None:
    """Raise NotFound unless the caller may see the building, Forbidden unless they may do this."""
    scope = scope_of(building_id)
    if caller.can(permission, scope):
        return
    if caller.can(VIEW, scope):
        raise Forbidden(f"It takes {permission} in this building.")
    raise NotFound


def visible(caller: Principal, building_id: UUID, permission: str = VIEW) -> Building:
    """Return a building the caller may see (or run: MANAGE); raise NotFound, Forbidden. One statement."""
    require(caller, permission, building_id)
    return alive(building_id)


def locked(caller: Principal, building_id: UUID, permission: str = MANAGE) -> Building:
    """Return a building the caller may run, locked until the transaction ends; raise NotFound, Forbidden."""
    require(caller, permission, building_id)
    return hold(building_id)


def hold(building_id: UUID) -> Building:
    """Return a building locked until the transaction ends; raise NotFound.

    Units and members may still be added by foreign key meanwhile (NO KEY).
    """
    query = Building.alive().where(Building.id == building_id).for_update("FOR NO KEY UPDATE")
    row: Building | None = query.first()
    if row is None:
        raise NotFound
    return row


def alive(building_id: UUID) -> Building:
    """Return a building; raise NotFound for an unknown or deleted one."""
    row: Building | None = Building.alive().where(Building.id == building_id).first()
    if row is None:
        raise NotFound
    return row

"""Open, change and delete buildings; change what is allowed in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import FieldError, Invalid, Principal, app, invalid, uuid7
from plugins.accounts import api as accounts
from plugins.buildings.audience import hold, locked, person, scope_of
from plugins.buildings.events import BuildingCreated, BuildingDeleted, BuildingUpdated, SettingsChanged
from plugins.buildings.models import Building
from plugins.buildings.permissions import ADMINISTER
from plugins.buildings.queries import drop_settings
from plugins.buildings.services import membership
from plugins.buildings.settings import BuildingsSettings
from plugins.categories import api as categories

TEXTS: Final = ("description", "street", "postal_code", "city", "region", "email", "phone", "website")
SWITCHES: Final = ("marketplace", "chat", "verification_required", "auto_approve")


def create(caller: Principal, given: Mapping[str, Any]) -> UUID:
    """Open a building, run by `admin_id` (None: the caller); return its id."""
    admin_id = given.get("admin_id") or person(caller)
    if not accounts.exists(admin_id):
        raise invalid("/admin_id", "There is no such person.")
    with app.db.atomic():
        made = insert(uuid7(), given)
        app.bus.publish(BuildingCreated(building_id=made.id), scope=scope_of(made.id))
        membership.appoint(made, admin_id, by=caller.id)
    return UUID(str(made.id))


def insert(id: UUID, given: Mapping[str, Any]) -> Building:
    """Write a building's row with the deployment's defaults for what is allowed in it."""
    defaults = app.settings.of(BuildingsSettings)
    row: dict[str, Any] = {name: given.get(name, "") for name in TEXTS}
    switches = {name: getattr(defaults, name) for name in SWITCHES}
    row |= {"name": given["name"], "country": given["country"], "listed": given.get("listed", True)}
    made: Building = Building.create(id=id, **row, **switches, category_ids=[])
    return made


def update(caller: Principal, building_id: UUID, version: int | None, changes: Mapping[str, Any]) -> None:
    """Change name, address, contacts; what is left out stays."""
    with app.db.atomic():
        locked(caller, building_id)
        if changes:
            Building.compare_and_set(building_id, version, Building.deleted_at.is_null(), **changes)
            said = BuildingUpdated(building_id=building_id, fields=sorted(changes))
            app.bus.publish(said, scope=scope_of(building_id))


def allow(caller: Principal, building_id: UUID, version: int | None, changes: Mapping[str, Any]) -> None:
    """Change what is allowed in a building, at once in every process.

    Raises NotFound, Forbidden, PreconditionFailed, and Invalid for a category
    that is not everybody's.
    """
    _check_categories(changes.get("category_ids", ()))
    with app.db.atomic():
        before = locked(caller, building_id)
        new = {name: value for name, value in changes.items() if getattr(before, name) != value}
        after = Building.compare_and_set(building_id, version, Building.deleted_at.is_null(), **new)
        if not new:
            return
        drop_settings(building_id)
        said = SettingsChanged(
            building_id=building_id,
            fields=sorted(new),
            marketplace=after.marketplace,
            chat=after.chat,
            verification_required=after.verification_required,
        )
        app.bus.publish(said, scope=scope_of(building_id))


def _check_categories(ids: Sequence[UUID]) -> None:
    found = categories.cards(ids) if ids else {}
    faults = [
        FieldError("Name one of everybody's categories.", pointer=f"/category_ids/{index}")
        for index, each in enumerate(ids)
        if each not in found or found[each].scope is not None
    ]
    if faults:
        raise Invalid(errors=faults)


def delete(caller: Principal, building_id: UUID, version: int | None) -> None:
    """Delete a building for good as far as the API goes; its members lose their roles soon after."""
    with app.db.atomic():
        locked(caller, building_id, ADMINISTER)
        here = Building.deleted_at.is_null()
        Building.compare_and_set(building_id, version, here, deleted_at=app.clock.now())
        drop_settings(building_id)
        app.bus.publish(BuildingDeleted(building_id=building_id), scope=scope_of(building_id))


def appoint(caller: Principal, building_id: UUID, user_id: UUID) -> None:
    """Make somebody an admin, and a member if need be; a second time changes nothing."""
    with app.db.atomic():
        building = locked(caller, building_id)
        if not accounts.exists(user_id):
            raise invalid("/user_id", "There is no such person.")
        membership.appoint(building, user_id, by=caller.id)


def dismiss(caller: Principal, building_id: UUID, user_id: UUID) -> None:
    """Let an admin be an ordinary member; raise LastAdmin, and NotFound for who is no admin."""
    with app.db.atomic():
        membership.dismiss(locked(caller, building_id), user_id)


def leave(caller: Principal, building_id: UUID) -> None:
    """Leave a building oneself."""
    user_id = person(caller)
    with app.db.atomic():
        membership.end(hold(building_id), user_id, "LEFT")

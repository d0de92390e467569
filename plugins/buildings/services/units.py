"""A building's units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from peewee import SQL, IntegrityError

from kernel import NotFound, Principal, app, invalid, uuid7, violated_constraint
from plugins.buildings.audience import locked
from plugins.buildings.models import Member, Unit
from plugins.buildings.problems import UnitOccupied, UnitTaken
from plugins.buildings.settings import BuildingsSettings


def add(caller: Principal, building_id: UUID, given: Mapping[str, Any]) -> Unit:
    """Add a unit; raise UnitTaken when there is one of this number."""
    with app.db.atomic():
        locked(caller, building_id)
        try:
            with app.db.atomic():
                made: Unit = Unit.create(building=building_id, **given)
        except IntegrityError as ex:
            raise _taken(ex) from ex
    return made


def change(
    caller: Principal, building_id: UUID, unit_id: UUID, version: int | None, changes: Mapping[str, Any]
) -> Unit:
    """Change a unit; what is left out stays."""
    with app.db.atomic():
        locked(caller, building_id)
        try:
            with app.db.atomic():
                return Unit.compare_and_set(unit_id, version, Unit.building == building_id, **changes)
        except IntegrityError as ex:
            raise _taken(ex) from ex


def _taken(ex: IntegrityError) -> Exception:
    return UnitTaken("Numbers are told apart whatever their case.") if _is_number(ex) else ex


def _is_number(ex: IntegrityError) -> bool:
    return violated_constraint(ex) == "buildings_unit_number"


def remove(caller: Principal, building_id: UUID, unit_id: UUID) -> None:
    """Remove a unit nobody lives in; raise UnitOccupied."""
    with app.db.atomic():
        locked(caller, building_id)
        if Member.select().where(Member.unit == unit_id, Member.status == "ACTIVE").exists():
            raise UnitOccupied
        gone = Unit.delete().where(Unit.id == unit_id, Unit.building == building_id).execute()
        if not gone:
            raise NotFound


def bring(caller: Principal, building_id: UUID, given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add many units in one statement; numbers there are already are left as they are, and named."""
    most = app.settings.of(BuildingsSettings).import_limit
    if len(given) > most:
        raise invalid("/units", f"At most {most} at once.")
    now = app.clock.now()
    rows = [
        {"id": uuid7(), "building": building_id, "created_at": now, "updated_at": now, "version": 1, **each}
        for each in given
    ]
    with app.db.atomic():
        locked(caller, building_id)
        insert = Unit.insert_many(rows).on_conflict(
            conflict_target=[SQL("building_id"), SQL("lower(number)")], action="IGNORE"
        )
        made = {row.id for row in insert.returning(Unit.id).execute()} if rows else set()
    skipped = [row["number"] for row in rows if row["id"] not in made]
    return {"created": len(made), "skipped": skipped}

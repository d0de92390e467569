"""What is verified about buildings: that one is run by whom it says, and who lives where."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from kernel import Conflict, NotFound, app
from plugins.buildings.audience import alive, building_of, scope_of
from plugins.buildings.events import BuildingVerified
from plugins.buildings.models import Building, Member, Unit
from plugins.buildings.permissions import MANAGE
from plugins.buildings.services.membership import active, tell_verified
from plugins.verification.api import Kind, Step, Verified

UNIT_KIND: Final = "buildings.unit"


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of requests about buildings."""
    mandate = Step("mandate", "Your mandate", ("managing_company",), ("mandate",))
    residence = Step("residence", "That you live here", (), ("proof_of_residence",))
    return (
        Kind(
            "buildings.building", "Building", "building", (mandate,), _admits_admin,
            on_approved=_building_approved, on_ended=_building_ended,
        ),
        Kind(
            UNIT_KIND, "Residence", "unit", (residence,), _admits_member, permission=MANAGE,
            reviewers=_admins, on_approved=_unit_approved, on_ended=_unit_ended,
        ),
    )  # fmt: skip


def _id_of(subject: str) -> UUID:
    try:
        return UUID(subject.partition(":")[2])
    except ValueError as ex:
        raise NotFound from ex


def _admits_admin(user_id: UUID, subject: str) -> None:
    building = alive(_id_of(subject))
    if not active(building.id, user_id).admin:
        raise NotFound


def _building_approved(verified: Verified) -> None:
    _mark_building(_id_of(verified.subject), verified=True)


def _building_ended(verified: Verified) -> None:
    _mark_building(_id_of(verified.subject), verified=False)


def _mark_building(building_id: UUID, *, verified: bool) -> None:
    moment = app.clock.now() if verified else None
    Building.update(verified_at=moment, version=Building.version + 1).where(
        Building.id == building_id
    ).execute()
    said = BuildingVerified(building_id=building_id, verified=verified)
    app.bus.publish(said, scope=scope_of(building_id))


def _admits_member(user_id: UUID, subject: str) -> str:
    unit = Unit.get_or_none(Unit.id == _id_of(subject))
    if unit is None:
        raise NotFound
    alive(unit.building_id)
    active(unit.building_id, user_id)
    return scope_of(unit.building_id)


def _admins(scope: str | None) -> Collection[UUID]:
    rows = Member.select(Member.user_id).where(Member.building == building_of(scope), Member.admin)
    return [row.user_id for row in rows]


def _unit_approved(verified: Verified) -> None:
    building_id, unit_id = building_of(verified.scope), _id_of(verified.subject)
    lives = (
        Member.building == building_id,
        Member.user_id == verified.requester_id,
        Member.status == "ACTIVE",
    )
    if building_id is None or not Unit.select().where(Unit.id == unit_id).exists():
        raise Conflict("There is no such unit any more: reject the request.")
    changes = {"verified_at": app.clock.now(), "unit": unit_id}
    if not Member.update(changes, version=Member.version + 1).where(*lives).execute():
        raise Conflict("They do not belong to the building any more: reject the request.")
    tell_verified(building_id, verified.requester_id, verified=True)


def _unit_ended(verified: Verified) -> None:
    """Take the standing back, unless it rests on another unit by now."""
    building_id, unit_id = building_of(verified.scope), _id_of(verified.subject)
    lives = (
        Member.building == building_id,
        Member.user_id == verified.requester_id,
        Member.status == "ACTIVE",
    )
    held = (Member.unit == unit_id, Member.verified_at.is_null(False))
    changes = {"verified_at": None}
    ended = Member.update(changes, version=Member.version + 1).where(*lives, *held).execute()
    if ended and building_id is not None:
        tell_verified(building_id, verified.requester_id, verified=False)

"""Three buildings with units, members and people who wait, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import DemoNotes, uuid7
from plugins.accounts import api as accounts
from plugins.buildings.audience import scope_of
from plugins.buildings.models import Building, JoinRequest, Unit
from plugins.buildings.services import managing, membership

if TYPE_CHECKING:
    from kernel import Application

WAITING: Final = 3
"""How many people wait at each door that does not open by itself."""
VERIFIED: Final = 3
"""How many members of each building are verified: who lives in 1A, 1B and 1C."""
OFFERING: Final = 9
"""How many members of a building offer something in it, where everybody may."""

BUILDINGS: Final[tuple[tuple[str, dict[str, Any], dict[str, Any], range], ...]] = (
    (
        "attalos",
        {"name": "Stoa of Attalos", "street": "Rua das Colunas 24", "postal_code": "1100-148",
         "city": "Lisbon", "country": "PT", "email": "office@attalos.example",
         "description": "Forty flats around a courtyard, with a workshop and a roof garden."},
        {},
        range(1, 14),
    ),
    (
        "zenon",
        {"name": "Zenon Towers", "street": "Kitiou Street 3", "postal_code": "6022", "city": "Larnaca",
         "country": "CY", "description": "Two towers by the sea; members are verified before they trade."},
        {"verification_required": True},
        range(14, 26),
    ),
    (
        "poikile",
        {"name": "Poikile Mews", "street": "Painter's Row 8", "postal_code": "EH3 6QN", "city": "Edinburgh",
         "country": "GB", "description": "A small street of studios. The market is closed for the summer."},
        {"marketplace": False, "auto_approve": True},
        range(26, 36),
    ),
)  # fmt: skip


def building_id(name: str) -> UUID:
    """Return the id of a demo building, the same everywhere."""
    digest = bytearray(hashlib.sha256(f"stoa demo building {name}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


def sellers() -> dict[str, list[UUID]]:
    """Return who offers something in which of the buildings whose market is open: only who may."""
    return {
        scope_of(building_id(name)): [
            accounts.demo_user(number)
            for number in people[1 : VERIFIED + 1 if allowed.get("verification_required") else OFFERING + 1]
        ]
        for name, _, allowed, people in BUILDINGS
        if allowed.get("marketplace", True)
    }


def load(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    """Open the buildings through the services; the first of each one's people runs it."""
    for done, (name, said, allowed, people) in enumerate(BUILDINGS, start=1):
        with app.db.atomic():
            _open(app, building_id(name), said, allowed, people)
        progress(done, len(BUILDINGS))
    return DemoNotes(
        tries=("curl '{url}/v1/buildings'",),
        logins=(
            (
                "user1@demo.stoa",
                "stoa-demo-1",
                "runs the building Stoa of Attalos; user2 to user13 live there",
            ),
        ),
    )


def _open(app: Application, id: UUID, said: dict[str, Any], allowed: dict[str, Any], people: range) -> None:
    building = managing.insert(id, said)
    if allowed:
        building = Building.compare_and_set(id, None, **allowed)
    units = [_unit(building, number) for number in range(1, 41)]
    Unit.insert_many(units).execute()
    runs, *live = (accounts.demo_user(number) for number in people)
    membership.appoint(building, runs, by=runs)
    for number, (unit, user_id) in enumerate(zip(units, live, strict=False)):
        membership.enter(building, user_id, "RESIDENT", unit["id"], via="demo", by=runs)
        membership.change(building, user_id, None, {"verified": number < VERIFIED})
    if not building.auto_approve:
        _wait(building, app, people.stop)


def _unit(building: Building, number: int) -> dict[str, Any]:
    floor, door = divmod(number - 1, 4)
    now = building.created_at
    return {
        "id": uuid7(), "created_at": now, "updated_at": now, "version": 1, "building": building.id,
        "number": f"{floor + 1}{'ABCD'[door]}", "floor": str(floor + 1), "note": "",
    }  # fmt: skip


def _wait(building: Building, app: Application, first: int) -> None:
    """Let some people of other houses ask to come in."""
    now = app.clock.now()
    rows = [
        {
            "id": uuid7(), "created_at": now, "updated_at": now, "version": 1, "building": building.id,
            "user_id": accounts.demo_user(number), "kind": "TENANT", "unit_number": f"9{'ABC'[number % 3]}",
            "message": "Moving in next month.", "status": "PENDING", "reason": "",
        }
        for number in range(first, first + WAITING)
    ]  # fmt: skip
    JoinRequest.insert_many(rows).execute()

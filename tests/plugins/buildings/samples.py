"""Objects of buildings for the generated tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import SYSTEM, uuid7
from kernel.application import Application
from kernel.auth.principals import ALL, Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.buildings.audience import scope_of
from plugins.buildings.permissions import MANAGE, VIEW
from plugins.buildings.services import joining, managing, members, units

ONE = "/buildings/{building_id}"
REQUEST = f"{ONE}/join-requests/{{request_id}}"
MEMBER = f"{ONE}/members/{{user_id}}"
JOIN = {"kind": "TENANT", "unit": "4B", "message": ""}


def person() -> UUID:
    return accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)


def who(user_id: UUID) -> Principal:
    """Return somebody with every permission of buildings, as the services see them."""
    return Principal(id=user_id, kind="user", permissions={VIEW: ALL, MANAGE: ALL})


def opened(**more: Any) -> tuple[UUID, UUID]:
    """Return a new building and its admin."""
    admin = person()
    said = {"name": "Sample House", "city": "Lisbon", "country": "PT", "admin_id": admin, **more}
    return managing.create(SYSTEM, said), admin


@sample("building_id")
def building(app: Application) -> Sample:
    made, admin = opened()
    bodies = {
        f"PATCH {ONE}": {"name": "Another House"},
        f"PATCH {ONE}/settings": {"chat": False},
        f"POST {ONE}/units": {"number": "1A"},
        f"POST {ONE}/units/import": {"units": [{"number": "1A"}]},
        f"POST {ONE}/admins": {"user_id": str(person())},
        f"POST {ONE}/invitations": {"uses": 3},
    }
    return Sample({"building_id": made}, owner=admin, scope=scope_of(made), bodies=bodies)


@sample("building_id", paths=[f"POST {ONE}/leave"])
def left(app: Application) -> Sample:
    made, admin = opened()
    resident = person()
    _, code = joining.invite(who(admin), made, {"kind": "RESIDENT", "unit_id": None, "uses": 1, "days": 1})
    joining.accept(who(resident), code)
    return Sample({"building_id": made}, owner=resident, scope=scope_of(made))


@sample("building_id", paths=[f"POST {ONE}/join-requests"])
def hidden(app: Application) -> Sample:
    """One of the directory may be asked by anybody; of one that is hidden strangers learn nothing."""
    made, _ = opened(listed=False)
    return Sample({"building_id": made}, owner=person(), scope=scope_of(made), bodies={"POST": JOIN})


@sample("building_id", "unit_id")
def unit(app: Application) -> Sample:
    made, admin = opened()
    door = units.add(who(admin), made, {"number": "1A", "floor": "1", "note": ""})
    bodies = {"PATCH": {"floor": "2"}}
    return Sample({"building_id": made, "unit_id": door.id}, owner=admin, scope=scope_of(made), bodies=bodies)


@sample("building_id", "user_id")
def member(app: Application) -> Sample:
    made, admin = opened()
    other = person()
    managing.appoint(who(admin), made, other)
    bodies = {f"PATCH {MEMBER}": {"kind": "OWNER"}}
    return Sample({"building_id": made, "user_id": other}, owner=admin, scope=scope_of(made), bodies=bodies)


@sample("building_id", "user_id", paths=[f"DELETE {MEMBER}/ban"])
def banned(app: Application) -> Sample:
    made, admin = opened()
    other = person()
    members.ban(who(admin), made, other)
    return Sample({"building_id": made, "user_id": other}, owner=admin, scope=scope_of(made))


@sample("building_id", "request_id")
def request(app: Application) -> Sample:
    made, admin = opened()
    asked = joining.ask(Principal(id=person(), kind="user"), made, JOIN)
    ids = {"building_id": made, "request_id": asked}
    return Sample(
        ids, owner=admin, scope=scope_of(made), bodies={f"POST {REQUEST}/reject": {"reason": "Full."}}
    )


@sample("building_id", "request_id", paths=[f"POST {REQUEST}/cancel"])
def own_request(app: Application) -> Sample:
    made, _ = opened()
    asker = person()
    asked = joining.ask(Principal(id=asker, kind="user"), made, JOIN)
    return Sample({"building_id": made, "request_id": asked}, owner=asker, scope=scope_of(made))


@sample("building_id", "invitation_id")
def invitation(app: Application) -> Sample:
    made, admin = opened()
    code, _ = joining.invite(who(admin), made, {"kind": "RESIDENT", "unit_id": None, "uses": 1, "days": 1})
    return Sample({"building_id": made, "invitation_id": code.id}, owner=admin, scope=scope_of(made))

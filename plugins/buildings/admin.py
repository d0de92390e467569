"""Buildings in the web console: who asks to come in, who lives there, what is allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from peewee import fn

from kernel import AdminAction, AdminPage
from plugins.buildings.audience import building_of, scope_of
from plugins.buildings.models import Building
from plugins.buildings.permissions import ADMINISTER, MANAGE

GROUP: Final = "Buildings"
BUILDING: Final = "/v1/buildings/{building_id}"
MEMBER: Final = f"{BUILDING}/members/{{user_id}}"
LIVES: Final = {"status": ("ACTIVE",)}


def _page(name: str, title: str, reads: str, **more: Any) -> AdminPage:
    """Return a page about one building, for those who run it."""
    return AdminPage(
        name=f"buildings.{name}",
        title=title,
        group=GROUP,
        permission=MANAGE,
        scope_kind="building",
        reads=f"{BUILDING}/{reads}",
        **more,
    )


JOIN_REQUESTS: Final = _page(
    "join_requests",
    "Join requests",
    "join-requests",
    about="Who asks to belong to the building.",
    columns={
        "user": "Who",
        "kind": "As",
        "unit": "Unit",
        "message": "Message",
        "status": "Status",
        "created_at": "Asked",
    },
    filters=("status",),
    waiting={"status": "PENDING"},
    actions=(
        AdminAction(
            label="Approve",
            calls=f"POST {BUILDING}/join-requests/{{id}}/approve",
            confirm="{user} belongs to the building from now on, and is told.",
            when={"status": ("PENDING",)},
        ),
        AdminAction(
            label="Reject",
            calls=f"POST {BUILDING}/join-requests/{{id}}/reject",
            danger=True,
            confirm="{user} is told, with the reason, and may ask again.",
            when={"status": ("PENDING",)},
        ),
    ),
)
MEMBERS: Final = _page(
    "members",
    "Members",
    "members",
    about="Who belongs to the building, where they live, and who runs it.",
    columns={
        "user": "Name",
        "kind": "As",
        "unit": "Unit",
        "verified": "Verified",
        "admin": "Runs it",
        "status": "Status",
        "joined_at": "Since",
    },
    filters=("status", "kind", "admin"),
    actions=(
        AdminAction(
            label="Verify",
            calls=f"PATCH {MEMBER}",
            sends={"verified": True},
            confirm="{user} counts as verified to live here.",
            when={"verified": (False,), **LIVES},
        ),
        AdminAction(label="Change", calls=f"PATCH {MEMBER}", when=LIVES),
        AdminAction(
            label="Make an admin",
            calls=f"POST {BUILDING}/admins",
            sends={"user_id": "{user_id}"},
            confirm="{user} may do here all that you may.",
            when={"admin": (False,), **LIVES},
        ),
        AdminAction(
            label="Make a member",
            calls=f"DELETE {BUILDING}/admins/{{user_id}}",
            danger=True,
            confirm="{user} stays a member and runs the building no more.",
            when={"admin": (True,), **LIVES},
        ),
        AdminAction(
            label="Take out",
            calls=f"DELETE {MEMBER}",
            danger=True,
            confirm="{user} no longer belongs to the building, and may ask to come back.",
            when=LIVES,
        ),
        AdminAction(
            label="Ban",
            calls=f"POST {MEMBER}/ban",
            danger=True,
            confirm="{user} is taken out and cannot ask to come back until you let them.",
            when={"status": ("ACTIVE", "LEFT", "REMOVED")},
        ),
        AdminAction(label="Lift the ban", calls=f"DELETE {MEMBER}/ban", when={"status": ("BANNED",)}),
    ),
)
UNITS: Final = _page(
    "units",
    "Units",
    "units",
    columns={"number": "Number", "floor": "Floor", "note": "Note"},
    filters=("q",),
    actions=(
        AdminAction(label="Add a unit", calls=f"POST {BUILDING}/units", alone=True),
        AdminAction(label="Change", calls=f"PATCH {BUILDING}/units/{{id}}"),
        AdminAction(
            label="Remove",
            calls=f"DELETE {BUILDING}/units/{{id}}",
            danger=True,
            confirm="Unit {number} is removed; who lives there stays a member without a unit.",
        ),
    ),
)
INVITATIONS: Final = _page(
    "invitations",
    "Invitations",
    "invitations",
    about="Codes that let people in without asking.",
    columns={"kind": "As", "uses_left": "Uses left", "expires_at": "Until", "created_at": "Made"},
    actions=(
        AdminAction(label="Make a code", calls=f"POST {BUILDING}/invitations", alone=True),
        AdminAction(
            label="Void",
            calls=f"DELETE {BUILDING}/invitations/{{id}}",
            danger=True,
            confirm="The code lets nobody in any more.",
        ),
    ),
)
SETTINGS: Final = _page(
    "settings",
    "Building settings",
    "settings",
    about="What is allowed in the building.",
    actions=(AdminAction(label="Change", calls=f"PATCH {BUILDING}/settings"),),
)
VERIFICATIONS: Final = AdminPage(
    name="buildings.verifications",
    title="Residences to verify",
    group=GROUP,
    about="Who proves to live where they say. Open one to see the documents.",
    permission=MANAGE,
    scoped=True,
    reads="/v1/verifications/queue",
    columns={"requester": "Who", "kind": "What", "status": "Status", "queued_at": "Waits since"},
    filters=("status", "claimed"),
    waiting={"status": "PENDING"},
    details={
        "Request": "/v1/verifications/{id}",
        "History": "/v1/verifications/{id}/history",
        "Notes": "/v1/verifications/{id}/notes",
    },
    actions=(
        AdminAction(
            label="Approve",
            calls="POST /v1/verifications/{id}/approve",
            confirm="{requester} counts as verified from now on, and is told.",
            when={"status": ("PENDING",)},
        ),
        AdminAction(
            label="Reject",
            calls="POST /v1/verifications/{id}/reject",
            danger=True,
            confirm="{requester} is told the reason and may hand in something better.",
            when={"status": ("PENDING",)},
        ),
        AdminAction(label="Note", calls="POST /v1/verifications/{id}/notes"),
    ),
)
ALL_BUILDINGS: Final = AdminPage(
    name="buildings.all",
    title="All buildings",
    group=GROUP,
    permission=ADMINISTER,
    reads="/v1/buildings",
    columns={"name": "Name", "city": "City", "country": "Country", "verified": "Verified"},
    filters=("q", "city", "country"),
    details={"Building": "/v1/buildings/{id}", "Who runs it": "/v1/buildings/{id}/admins"},
    actions=(
        AdminAction(label="Open a building", calls="POST /v1/buildings", alone=True),
        AdminAction(label="Change", calls="PATCH /v1/buildings/{id}"),
        AdminAction(
            label="Delete",
            calls="DELETE /v1/buildings/{id}",
            danger=True,
            confirm="{name} is closed: its members lose it, and what they offer there is seen no more.",
        ),
    ),
)
PAGES: Final = (JOIN_REQUESTS, VERIFICATIONS, MEMBERS, UNITS, INVITATIONS, SETTINGS, ALL_BUILDINGS)


def scopes(wanted: Collection[str] | None, q: str, limit: int) -> Mapping[str, str]:
    """Return the names of buildings by scope: of `wanted`, or of those with `q` in their name."""
    found = Building.alive(Building.id, Building.name)
    if wanted is None:
        named = fn.strpos(fn.lower(Building.name), q.lower()) > 0
        found = found.where(named).order_by(Building.name, Building.id).limit(limit)
    else:
        found = found.where(Building.id.in_([found_id for one in wanted if (found_id := building_of(one))]))
    return {scope_of(row.id): row.name for row in found}

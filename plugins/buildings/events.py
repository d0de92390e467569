"""What happens to buildings and in them, for other plugins to react to.

The key is the building's id; `building:<id>` is the event's scope. For what must
take effect at once, subscribe inline: it runs in the transaction of the change.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("buildings.building.created", version=1, key="building_id")
class BuildingCreated:
    """There is a new building."""

    building_id: UUID


@event("buildings.building.updated", version=1, key="building_id")
class BuildingUpdated:
    """Its name, address or contacts changed; `fields` names what."""

    building_id: UUID
    fields: list[str]


@event("buildings.building.deleted", version=1, key="building_id")
class BuildingDeleted:
    """It is gone for good, and its members are members no longer."""

    building_id: UUID


@event("buildings.building.verified", version=1, key="building_id")
class BuildingVerified:
    """The platform verified it, or (`verified` False) does so no longer."""

    building_id: UUID
    verified: bool


@event("buildings.settings.changed", version=1, key="building_id")
class SettingsChanged:
    """What is allowed in it changed; `fields` names what, the values are what holds now."""

    building_id: UUID
    fields: list[str]
    marketplace: bool
    chat: bool
    verification_required: bool


@event("buildings.member.joined", version=1, key="building_id")
class MemberJoined:
    """Somebody belongs to it; `via` is request, invitation, admin or demo."""

    building_id: UUID
    user_id: UUID
    kind: str
    via: str


@event("buildings.member.left", version=1, key="building_id")
class MemberLeft:
    """Somebody belongs to it no longer; `how` is left, removed, banned, erased or deleted (the building)."""

    building_id: UUID
    user_id: UUID
    how: str


@event("buildings.member.verified", version=1, key="building_id")
class MemberVerified:
    """Somebody is known to live there, or (`verified` False) is no longer."""

    building_id: UUID
    user_id: UUID
    verified: bool


@event("buildings.admin.added", version=1, key="building_id")
class AdminAdded:
    """Somebody runs it from now on."""

    building_id: UUID
    user_id: UUID


@event("buildings.admin.removed", version=1, key="building_id")
class AdminRemoved:
    """Somebody runs it no longer."""

    building_id: UUID
    user_id: UUID


@event("buildings.join_request.submitted", version=1, key="building_id")
class JoinRequestSubmitted:
    """Somebody asks to belong to it."""

    building_id: UUID
    request_id: UUID
    user_id: UUID


@event("buildings.join_request.decided", version=1, key="building_id")
class JoinRequestDecided:
    """The request ended; `status` is APPROVED, REJECTED or CANCELLED."""

    building_id: UUID
    request_id: UUID
    user_id: UUID
    status: str


EVENTS = (
    BuildingCreated,
    BuildingUpdated,
    BuildingDeleted,
    BuildingVerified,
    SettingsChanged,
    MemberJoined,
    MemberLeft,
    MemberVerified,
    AdminAdded,
    AdminRemoved,
    JoinRequestSubmitted,
    JoinRequestDecided,
)

_BUILDING = (BuildingCreated, BuildingUpdated, BuildingDeleted, BuildingVerified, SettingsChanged)
PUBLIC = tuple((each, () if each in _BUILDING else ("user_id",), "buildings:manage") for each in EVENTS)
"""What `webhooks` may send to whom it concerns, and to who runs the building."""

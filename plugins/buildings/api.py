"""What other plugins may use of buildings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from plugins.buildings import queries
from plugins.buildings.audience import building_of, scope_of
from plugins.buildings.cards import BuildingCard, BuildingSettings
from plugins.buildings.events import (
    AdminAdded,
    AdminRemoved,
    BuildingCreated,
    BuildingDeleted,
    BuildingUpdated,
    BuildingVerified,
    JoinRequestDecided,
    JoinRequestSubmitted,
    MemberJoined,
    MemberLeft,
    MemberVerified,
    SettingsChanged,
)
from plugins.buildings.problems import MarketplaceClosed, NotAMember, VerificationRequired
from plugins.buildings.services.guards import trade as require_trade

__all__ = [
    "AdminAdded",
    "AdminRemoved",
    "BuildingCard",
    "BuildingCreated",
    "BuildingDeleted",
    "BuildingSettings",
    "BuildingUpdated",
    "BuildingVerified",
    "JoinRequestDecided",
    "JoinRequestSubmitted",
    "MarketplaceClosed",
    "MemberJoined",
    "MemberLeft",
    "MemberVerified",
    "NotAMember",
    "SettingsChanged",
    "VerificationRequired",
    "admins",
    "all_ids",
    "building_of",
    "buildings_of",
    "cards",
    "is_admin",
    "is_member",
    "members",
    "require_member",
    "require_trade",
    "scope_of",
    "settings",
]


def settings(building_id: UUID) -> BuildingSettings:
    """Return what is allowed in a building; raise NotFound. Kept outside transactions; a change drops it."""
    return queries.settings(building_id)


def is_member(user_id: UUID, building_id: UUID) -> bool:
    """Say whether somebody belongs to a building now: one statement."""
    return queries.is_member(user_id, building_id)


def require_member(user_id: UUID, building_id: UUID) -> None:
    """Raise NotAMember (403) unless somebody belongs to a building now."""
    if not queries.is_member(user_id, building_id):
        raise NotAMember


def is_admin(user_id: UUID, building_id: UUID) -> bool:
    """Say whether somebody runs a building now: one statement."""
    return user_id in queries.admins(building_id)


def buildings_of(user_id: UUID) -> list[UUID]:
    """Return the ids of the buildings somebody belongs to, the earliest joined first."""
    return queries.buildings_of(user_id)


def admins(building_id: UUID) -> list[UUID]:
    """Return the accounts that run a building."""
    return queries.admins(building_id)


def members(building_id: UUID) -> Collection[UUID]:
    """Return everybody who belongs to a building: one statement, any number."""
    return queries.member_ids(building_id)


def all_ids() -> list[UUID]:
    """Return the ids of every building, the oldest first: one statement."""
    return queries.all_ids()


def cards(ids: Iterable[UUID]) -> dict[UUID, BuildingCard]:
    """Return the cards of buildings by id, in one statement for any number; deleted ones are left out."""
    return queries.cards(ids)

"""Reactions: what others publish in a building, and what follows a membership's end."""

from __future__ import annotations

from typing import Final

from kernel import Delivery, Subscriber
from plugins.accounts.api import UserDeleted
from plugins.buildings.audience import scope_of
from plugins.buildings.events import BuildingDeleted, MemberLeft
from plugins.buildings.services import guards, personal
from plugins.buildings.services.membership import find
from plugins.buildings.services.verifying import UNIT_KIND
from plugins.buildings.tasks import dissolve
from plugins.verification import api as verification


def forget_deleted(delivery: Delivery) -> None:
    """Take out who came in while the account was being deleted."""
    personal.erase(delivery.event.user_id)


def end_verification(delivery: Delivery) -> None:
    """Withdraw the proof that somebody lives where they do not any more."""
    left = delivery.event
    member = find(left.building_id, left.user_id)
    if member is None or member.status != "ACTIVE":  # who came back meanwhile keeps what they have
        verification.withdraw(UNIT_KIND, left.user_id, scope_of(left.building_id))


def dissolve_deleted(delivery: Delivery) -> None:
    """Take the roles of the members of a building that is gone."""
    dissolve.enqueue(delivery.event.building_id)


SUBSCRIBERS: Final = (
    Subscriber(BuildingDeleted, dissolve_deleted, name="buildings.dissolve_deleted"),
    Subscriber(UserDeleted, forget_deleted, name="buildings.forget_deleted"),
    Subscriber(MemberLeft, end_verification, name="buildings.end_verification"),
    Subscriber(
        "listings.listing.published.v1",
        guards.publication,
        name="buildings.guard_publication",
        inline=True,
        optional=True,
    ),
)

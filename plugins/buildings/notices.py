"""The messages buildings send, and the types under which people know them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.buildings.audience import scope_of
from plugins.buildings.models import Building, JoinRequest, Member
from plugins.notifications.api import NotificationType, send

TYPES: Final = (
    NotificationType("buildings.join_requested", "Somebody asks to join your building"),
    NotificationType("buildings.join_approved", "You belong to a building"),
    NotificationType("buildings.join_rejected", "A building turned your request down"),
    NotificationType("buildings.appointed", "You run a building"),
    NotificationType("buildings.removed", "You do not belong to a building any more"),
)


def asked(building: Building, request: JoinRequest) -> None:
    """Tell a building's admins that somebody asks to join: at most two statements and one an admin."""
    admins = Member.select(Member.user_id).where(Member.building == building.id, Member.admin)
    card = accounts.user_cards([request.user_id]).get(request.user_id)
    data = {
        "person": card.name if card else "",
        "unit": request.unit_number,
        "url": f"/v1/buildings/{building.id}/join-requests",
    }
    for row in admins:
        _send("join_requested", building, row.user_id, data, str(request.id))


def decided(name: str, building: Building, request: JoinRequest) -> None:
    """Tell who asked what became of it."""
    data = {"reason": request.reason, "url": f"/v1/buildings/{building.id}"}
    _send(name, building, request.user_id, data, str(request.id))


def appointed(building: Building, user_id: UUID) -> None:
    """Tell somebody that they run a building now."""
    _send("appointed", building, user_id, {"url": f"/v1/buildings/{building.id}"}, None)


def removed(building: Building, user_id: UUID, how: str) -> None:
    """Tell somebody that they were taken out; `how` is removed, or banned: then they may not come back."""
    _send("removed", building, user_id, {"banned": how == "banned"}, None)


def _send(name: str, building: Building, user_id: UUID, data: dict[str, Any], key: str | None) -> None:
    said = {"building": building.name, **data}
    send(f"buildings.{name}", user_id, said, key=key, scope=scope_of(building.id))

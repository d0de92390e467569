"""What admins do with members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import NotFound, Principal, app, invalid
from plugins.accounts import api as accounts
from plugins.buildings.audience import locked
from plugins.buildings.services import membership


def change(
    caller: Principal, building_id: UUID, user_id: UUID, version: int | None, changes: Mapping[str, Any]
) -> None:
    """Change a member's kind, unit or standing."""
    with app.db.atomic():
        membership.change(locked(caller, building_id), user_id, version, changes)


def remove(caller: Principal, building_id: UUID, user_id: UUID) -> None:
    """Take somebody out; they may ask again."""
    with app.db.atomic():
        membership.end(locked(caller, building_id), user_id, "REMOVED")


def ban(caller: Principal, building_id: UUID, user_id: UUID) -> None:
    """Take somebody out, or keep them out, for good. A second time changes nothing."""
    with app.db.atomic():
        building = locked(caller, building_id)
        if user_id == caller.id:
            raise invalid("/user_id", "That is yourself: leave instead.")
        if not accounts.exists(user_id):
            raise NotFound("There is no such person.")
        membership.end(building, user_id, "BANNED")


def unban(caller: Principal, building_id: UUID, user_id: UUID) -> None:
    """Let somebody ask to come in again."""
    with app.db.atomic():
        membership.unban(locked(caller, building_id), user_id)

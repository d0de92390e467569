"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugins.buildings.models import Invitation, JoinRequest, Member
from plugins.buildings.services.membership import close


def export(user_id: UUID) -> dict[str, Any]:
    """Return where a person belongs or did, and what they asked."""
    members = Member.select().where(Member.user_id == user_id).order_by(Member.id)
    requests = JoinRequest.select().where(JoinRequest.user_id == user_id).order_by(JoinRequest.id)
    lived = ("building", "kind", "unit", "status", "admin", "verified_at", "joined_at")
    asked = ("building", "kind", "unit_number", "message", "status", "reason", "created_at", "decided_at")
    return {
        "memberships": [{name: row.__data__[name] for name in lived} for row in members],
        "join_requests": [{name: row.__data__[name] for name in asked} for row in requests],
    }


def erase(user_id: UUID) -> None:
    """Forget a person; a building may be left without an admin, which the platform then names.

    A second time changes nothing.
    """
    rows = Member.select().where(Member.user_id == user_id).order_by(Member.id).for_update()
    for member in rows:
        if member.status == "ACTIVE":
            close(member, "LEFT", "erased")
    Member.delete().where(Member.user_id == user_id).execute()
    JoinRequest.delete().where(JoinRequest.user_id == user_id).execute()
    JoinRequest.update(decided_by=None).where(JoinRequest.decided_by == user_id).execute()
    Invitation.update(created_by=None).where(Invitation.created_by == user_id).execute()

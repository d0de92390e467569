"""The ways in: requests that admins decide, and codes they hand out.

Everything holds the building's row, so of a request approved twice, or approved
and cancelled at once, one is done and the other learns how it ended.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.buildings import notices
from plugins.buildings.audience import hold, locked, person, scope_of
from plugins.buildings.events import JoinRequestDecided, JoinRequestSubmitted
from plugins.buildings.models import Building, Invitation, JoinRequest, Unit
from plugins.buildings.permissions import VIEW
from plugins.buildings.problems import InvitationNotUsable, JoinRequestExists, JoinRequestStatus
from plugins.buildings.services import membership
from plugins.buildings.settings import BuildingsSettings


def ask(caller: Principal, building_id: UUID, given: Mapping[str, Any]) -> UUID:
    """Ask to belong to a building that stands in the directory; return the request's id.

    One that takes in whoever asks does so at once. Raises NotFound for one that
    is not listed, AlreadyMember, BannedFromBuilding, JoinRequestExists.
    """
    user_id = person(caller)
    with app.db.atomic():
        building = hold(building_id)
        if not building.listed and not caller.can(VIEW, scope_of(building_id)):
            raise NotFound
        membership.require_welcome(building_id, user_id)
        waiting = (JoinRequest.building == building_id, JoinRequest.user_id == user_id)
        known = JoinRequest.select(JoinRequest.id).where(*waiting, JoinRequest.status == "PENDING").scalar()
        if known is not None:
            raise JoinRequestExists("Cancel it to ask in another way.", request_id=str(known))
        made: JoinRequest = JoinRequest.create(
            building=building_id, user_id=user_id, kind=given["kind"], unit_number=given["unit"],
            message=given["message"], status="PENDING", reason="",
        )  # fmt: skip
        said = JoinRequestSubmitted(building_id=building_id, request_id=made.id, user_id=user_id)
        app.bus.publish(said, scope=scope_of(building_id))
        if building.auto_approve:
            _approve(building, made, None, None)
        else:
            notices.asked(building, made)
        return UUID(str(made.id))


def approve(caller: Principal, building_id: UUID, request_id: UUID, given: Mapping[str, Any]) -> None:
    """Take in who asked, into `unit_id` or the unit whose number they gave."""
    with app.db.atomic():
        building = locked(caller, building_id)
        request = _pending(building_id, request_id)
        membership.require_unit(building_id, given["unit_id"])
        _approve(building, request, given["unit_id"], caller.id)


def _approve(building: Building, request: JoinRequest, unit_id: UUID | None, by: UUID | None) -> None:
    unit = unit_id or _unit_of(building.id, request.unit_number)
    _decide(request, "APPROVED", by, "")
    membership.enter(building, request.user_id, request.kind, unit, via="request", by=by)
    notices.decided("join_approved", building, request)


def _unit_of(building_id: UUID, number: str) -> UUID | None:
    same = Unit.select(Unit.id).where(Unit.building == building_id, Unit.number.ilike(_literal(number)))
    found: UUID | None = same.scalar() if number else None
    return found


def _literal(text: str) -> str:
    """Return a text as a pattern of LIKE that matches only itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def reject(caller: Principal, building_id: UUID, request_id: UUID, reason: str) -> None:
    """Turn a request down; who asked reads `reason`, and may ask again."""
    with app.db.atomic():
        building = locked(caller, building_id)
        request = _pending(building_id, request_id)
        request.reason = reason
        _decide(request, "REJECTED", caller.id, reason)
        notices.decided("join_rejected", building, request)


def cancel(caller: Principal, building_id: UUID, request_id: UUID) -> None:
    """Take one's own request back."""
    with app.db.atomic():
        hold(building_id)
        own = JoinRequest.get_or_none(JoinRequest.id == request_id, JoinRequest.building == building_id)
        if own is None or own.user_id != caller.id:
            raise NotFound
        _decide(_pending(building_id, request_id), "CANCELLED", caller.id, "")


def _pending(building_id: UUID, request_id: UUID) -> JoinRequest:
    """Return a request that waits; raise NotFound, JoinRequestStatus."""
    row: JoinRequest | None = JoinRequest.get_or_none(
        JoinRequest.id == request_id, JoinRequest.building == building_id
    )
    if row is None:
        raise NotFound
    if row.status != "PENDING":
        raise JoinRequestStatus(f"It is {row.status}: ask anew.", request_status=row.status, allowed=[])
    return row


def _decide(request: JoinRequest, status: str, by: UUID | None, reason: str) -> None:
    JoinRequest.compare_and_set(
        request.id, None, JoinRequest.status == "PENDING",
        status=status, decided_by=by, decided_at=app.clock.now(), reason=reason,
    )  # fmt: skip
    said = JoinRequestDecided(
        building_id=request.building_id, request_id=request.id, user_id=request.user_id, status=status
    )
    app.bus.publish(said, scope=scope_of(request.building_id))


def invite(caller: Principal, building_id: UUID, given: Mapping[str, Any]) -> tuple[Invitation, str]:
    """Make a code that lets `uses` people in; return its row and the code, which is shown this once."""
    days = given["days"] or app.settings.of(BuildingsSettings).invitation_days
    code = secrets.token_urlsafe(15)
    with app.db.atomic():
        locked(caller, building_id)
        membership.require_unit(building_id, given["unit_id"])
        made: Invitation = Invitation.create(
            building=building_id, digest=_digest(code), kind=given["kind"], unit=given["unit_id"],
            uses_left=given["uses"], expires_at=app.clock.now() + timedelta(days=days), created_by=caller.id,
        )  # fmt: skip
    return made, code


def revoke(caller: Principal, building_id: UUID, invitation_id: UUID) -> None:
    """Make a code useless; a second time changes nothing."""
    with app.db.atomic():
        locked(caller, building_id)
        its = (Invitation.id == invitation_id, Invitation.building == building_id)
        if not Invitation.select().where(*its).exists():
            raise NotFound
        Invitation.update(revoked_at=app.clock.now()).where(*its, Invitation.revoked_at.is_null()).execute()


def accept(caller: Principal, code: str) -> UUID:
    """Come in by a code; return the building's id. Of two for the last use one comes in.

    Raises InvitationNotUsable, AlreadyMember, BannedFromBuilding.
    """
    user_id = person(caller)
    found = Invitation.get_or_none(Invitation.digest == _digest(code))
    if found is None:
        raise InvitationNotUsable
    with app.db.atomic():
        try:
            building = hold(found.building_id)
        except NotFound as ex:
            raise InvitationNotUsable from ex
        _use(found.id)
        membership.enter(building, user_id, found.kind, found.unit_id, via="invitation", by=found.created_by)
        _overtake(building.id, user_id)
    return UUID(str(building.id))


def _use(invitation_id: UUID) -> None:
    used = Invitation.update(uses_left=Invitation.uses_left - 1).where(
        Invitation.id == invitation_id,
        Invitation.uses_left > 0,
        Invitation.expires_at > app.clock.now(),
        Invitation.revoked_at.is_null(),
    )
    if not used.execute():
        raise InvitationNotUsable


def _overtake(building_id: UUID, user_id: UUID) -> None:
    """End a request that a code made needless."""
    waiting = (JoinRequest.building == building_id, JoinRequest.user_id == user_id)
    for request in JoinRequest.select().where(*waiting, JoinRequest.status == "PENDING"):
        _decide(request, "CANCELLED", user_id, "")


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()

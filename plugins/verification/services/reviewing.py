"""What reviewers do: take a request, decide about it, note what others should know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from kernel import Forbidden, NotFound, Principal, app
from plugins.verification import notices
from plugins.verification.events import RequestApproved, RequestRejected
from plugins.verification.kinds import Kind
from plugins.verification.models import Note, Request
from plugins.verification.problems import ClaimedByAnother, OwnRequest
from plugins.verification.queries import reviews
from plugins.verification.services.rows import (
    expect,
    kind_of,
    locked,
    move,
    person,
    publish,
    verified,
    write,
)
from plugins.verification.settings import VerificationSettings
from plugins.verification.states import refused

ONE_DAY: Final = timedelta(days=1)


def claim(reviewer: Principal, request_id: UUID) -> None:
    """Take a pending request, for `claim_minutes`; of two at once one gets ClaimedByAnother."""
    with app.db.atomic():
        request, _ = _held(reviewer, request_id, None)
        if request.status != "PENDING":
            raise refused("be claimed", request.status)
        write(request, claimed_by=person(reviewer), claimed_at=app.clock.now())


def release(reviewer: Principal, request_id: UUID) -> None:
    """Give a request back to the queue; nothing happens when nobody has it."""
    with app.db.atomic():
        request, _ = _held(reviewer, request_id, None)
        if request.claimed_by is not None:
            write(request, claimed_by=None, claimed_at=None)


def approve(reviewer: Principal, request_id: UUID, version: int | None) -> None:
    """Approve a pending request; what its kind does about it happens in the same transaction.

    Raises NotFound, OwnRequest, ClaimedByAnother, VerificationStatus, PreconditionFailed.
    """
    with app.db.atomic():
        request, kind = _held(reviewer, request_id, version)
        decided: dict[str, Any] = {"expires_at": _ends(request), "reminded": False}
        after = move(request, "approve", reviewer.id, **decided, **_by(reviewer))
        kind.on_approved(verified(after))
        publish(RequestApproved, after, expires_at=after.expires_at)
        notices.decided("approved", after, kind)


def reject(reviewer: Principal, request_id: UUID, version: int | None, reason: str) -> None:
    """Reject a pending request; its requester reads `reason`, mends it and submits it again."""
    with app.db.atomic():
        request, kind = _held(reviewer, request_id, version)
        after = move(request, "reject", reviewer.id, reason, **_by(reviewer))
        publish(RequestRejected, after)
        notices.decided("rejected", after, kind)


def revoke(reviewer: Principal, request_id: UUID, version: int | None, reason: str) -> None:
    """Take an approval back; its kind hears of it in the same transaction."""
    with app.db.atomic():
        request, kind = _held(reviewer, request_id, version)
        changes = {"expires_at": None, **_by(reviewer)}
        before = verified(request)
        after = move(request, "revoke", reviewer.id, reason, **changes)
        kind.on_ended(before)
        publish(RequestRejected, after, revoked=True)
        notices.decided("revoked", after, kind)


def note(reviewer: Principal, request_id: UUID, text: str) -> Note:
    """Write a note for other reviewers; its requester never sees it."""
    with app.db.atomic():
        request = locked(request_id)
        if not reviews(reviewer, request):
            raise Forbidden if request.requester_id == reviewer.id else NotFound
        made: Note = Note.create(request=request_id, author_id=reviewer.id, text=text)
    return made


def _held(reviewer: Principal, request_id: UUID, version: int | None) -> tuple[Request, Kind]:
    """Return a locked request and its kind when this reviewer may decide about it now."""
    request = locked(request_id)
    if not reviews(reviewer, request):
        if request.requester_id == reviewer.id:
            raise Forbidden("Reviewers decide.")
        raise NotFound
    if request.requester_id == reviewer.id:
        raise OwnRequest("Leave it to another reviewer.")
    expect(request, version)
    _require_unclaimed(request, reviewer)
    return request, kind_of(request)


def _require_unclaimed(request: Request, reviewer: Principal) -> None:
    if request.claimed_by in {None, reviewer.id}:
        return
    minutes = app.settings.of(VerificationSettings).claim_minutes
    until = cast("datetime", request.claimed_at) + timedelta(minutes=minutes)
    if until > app.clock.now():
        raise ClaimedByAnother("Take another, or wait.", claimed_until=until.isoformat())


def _by(reviewer: Principal) -> dict[str, Any]:
    return {"decided_by": reviewer.id, "decided_at": app.clock.now()}


def _ends(request: Request) -> datetime | None:
    """Return when the first document ends: after its last day, in UTC."""
    days = [
        date.fromisoformat(one["expires_on"])
        for content in request.steps.values()
        for one in content["documents"]
        if one["expires_on"]
    ]
    return datetime.combine(min(days), datetime.min.time(), UTC) + ONE_DAY if days else None

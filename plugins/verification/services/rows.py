"""Requests as the services take hold of them: locked, moved, told of."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import Forbidden, NotFound, PreconditionFailed, Principal, app
from plugins.verification.kinds import Kind, Kinds, Verified
from plugins.verification.models import Change, Request
from plugins.verification.states import TRANSITIONS, refused

OWNER_TYPE: Final = "verification.request"
"""What requests are called among the users of media."""


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def locked(request_id: UUID) -> Request:
    """Return a request, locked until the transaction ends; raise NotFound."""
    row: Request | None = Request.select().where(Request.id == request_id).for_update().first()
    if row is None:
        raise NotFound
    return row


def expect(request: Request, version: int | None) -> None:
    """Raise PreconditionFailed unless a locked request is at `version` (None: any)."""
    if version not in {None, request.version}:
        raise PreconditionFailed(f"It is at version {request.version} now.", current_version=request.version)


def kind_of(request: Request) -> Kind:
    """Return the kind of a request; raise NotFound when its plugin is not enabled any more."""
    kind = app.service(Kinds).get(request.kind)
    if kind is None:
        raise NotFound(f"{request.kind} is not verified here any more.")
    return kind


def verified(request: Request) -> Verified:
    """Return a request as its kind's callbacks get it."""
    return Verified(
        request.id,
        request.kind,
        request.subject,
        request.requester_id,
        request.scope or None,
        request.expires_at,
    )


def move(before: Request, name: str, actor: UUID | None, reason: str = "", **changes: Any) -> Request:
    """Take a locked request through a transition; write its history; raise VerificationStatus."""
    transition = TRANSITIONS[name]
    if before.status not in transition.sources:
        raise refused(name, before.status)
    after = write(
        before, status=transition.target, reason=reason, claimed_by=None, claimed_at=None, **changes
    )
    Change.create(
        request=before.id, source=before.status, target=transition.target, actor_id=actor, reason=reason
    )
    return after


def write(before: Request, **changes: Any) -> Request:
    """Change a locked request; return it as it is then."""
    return Request.compare_and_set(before.id, None, Request.status == before.status, **changes)


def publish(event: type[Any], request: Request, **more: Any) -> None:
    """Tell what happened to a request."""
    said = event(
        request_id=request.id,
        kind=request.kind,
        subject=request.subject,
        requester_id=request.requester_id,
        **more,
    )
    app.bus.publish(said, scope=request.scope or None)

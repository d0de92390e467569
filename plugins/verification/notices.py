"""The messages verification sends, and the types under which people know them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from plugins.notifications.api import NotificationType, send
from plugins.verification.kinds import Kind
from plugins.verification.models import Request

TYPES: Final = (
    NotificationType("verification.to_review", "Somebody asks to be verified", channels=("in_app", "email")),
    NotificationType("verification.approved", "You are verified"),
    NotificationType("verification.rejected", "Your request to be verified needs a change"),
    NotificationType("verification.revoked", "You are not verified any more"),
    NotificationType("verification.expiring", "A document you were verified by expires soon"),
    NotificationType("verification.expired", "A document you were verified by has expired"),
)


def to_review(request: Request, kind: Kind) -> None:
    """Tell the reviewers the kind names of a request that was submitted."""
    for reviewer in sorted(set(kind.reviewers(request.scope or None)) - {request.requester_id}):
        _send("to_review", reviewer, request, kind)


def decided(name: str, request: Request, kind: Kind) -> None:
    """Tell a requester what became of a request."""
    _send(name, request.requester_id, request, kind)


def _send(name: str, user_id: UUID, request: Request, kind: Kind) -> None:
    data = {
        "title": kind.title,
        "reason": request.reason,
        "expires_at": request.expires_at.isoformat() if request.expires_at else "",
        "url": f"/v1/verifications/{request.id}",
    }
    # One message a change: a request that is decided again is at another version.
    key = f"{request.id}:{request.version}"
    send(f"verification.{name}", user_id, data, key=key, scope=request.scope or None)

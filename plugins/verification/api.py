"""What other plugins may use of verification."""

from __future__ import annotations

from uuid import UUID

from kernel import app
from plugins.verification import queries
from plugins.verification.events import (
    RequestApproved,
    RequestExpired,
    RequestRejected,
    RequestResubmitted,
    RequestSubmitted,
    RequestWithdrawn,
)
from plugins.verification.kinds import Kind, Step, Verified
from plugins.verification.models import Request
from plugins.verification.services.asking import withdrawn

__all__ = [
    "Kind",
    "RequestApproved",
    "RequestExpired",
    "RequestRejected",
    "RequestResubmitted",
    "RequestSubmitted",
    "RequestWithdrawn",
    "Step",
    "Verified",
    "status",
    "withdraw",
]


def status(kind: str, subject: str, requester_id: UUID | None = None) -> str | None:
    """Return how far the verification of a subject is; None when nobody asked. One statement.

    DRAFT, PENDING, APPROVED, REJECTED or EXPIRED; of several requests the best
    counts. With `requester_id` only that person's.
    """
    return queries.status(kind, subject, requester_id)


def withdraw(kind: str, requester_id: UUID, scope: str) -> int:
    """Withdraw a person's requests of a kind in a scope, which they have left; return how many.

    `on_ended` of the kind is called for what was approved. A second time changes nothing.
    """
    wanted = (Request.kind == kind, Request.requester_id == requester_id, Request.scope == scope)
    with app.db.atomic():
        rows = list(
            Request.select().where(*wanted, Request.status != "WITHDRAWN").order_by(Request.id).for_update()
        )
        for request in rows:
            withdrawn(request, None)
    return len(rows)

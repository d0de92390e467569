"""What happens to requests, for other plugins to react to.

The key is the request's id; the scope of the request is the event's. What
people wrote or handed over is in no event.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel import event


@event("verification.request.submitted", version=1, key="request_id")
class RequestSubmitted:
    """Somebody asked for the first time to have `subject` verified."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID


@event("verification.request.resubmitted", version=1, key="request_id")
class RequestResubmitted:
    """It was submitted again, after a rejection or an expiry."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID


@event("verification.request.approved", version=1, key="request_id")
class RequestApproved:
    """A reviewer approved it; `expires_at` is when its documents end."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID
    expires_at: datetime | None = None


@event("verification.request.rejected", version=1, key="request_id")
class RequestRejected:
    """A reviewer rejected it, or (`revoked`) took an approval back."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID
    revoked: bool = False


@event("verification.request.expired", version=1, key="request_id")
class RequestExpired:
    """A document it was approved on has expired."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID


@event("verification.request.withdrawn", version=1, key="request_id")
class RequestWithdrawn:
    """Its requester takes it back, or it has lost its subject."""

    request_id: UUID
    kind: str
    subject: str
    requester_id: UUID


EVENTS = (
    RequestSubmitted,
    RequestResubmitted,
    RequestApproved,
    RequestRejected,
    RequestExpired,
    RequestWithdrawn,
)

PUBLIC = tuple((each, ("requester_id",), "verification:review") for each in EVENTS)
"""What `webhooks` may send to requesters and to reviewers of the platform."""

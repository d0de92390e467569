"""The life of a request.

DRAFT ──submit──▶ PENDING ──approve──▶ APPROVED ──(time)──▶ EXPIRED
                    │  ▲                  │ revoke             │
             reject │  │ submit           ▼                    │ submit ▶ PENDING
                    ▼  └────────────── REJECTED
whatever is open, or approved ──withdraw──▶ WITHDRAWN
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from kernel import Conflict

Status = Literal["DRAFT", "PENDING", "APPROVED", "REJECTED", "EXPIRED", "WITHDRAWN"]
STATUSES: Final[tuple[Status, ...]] = ("DRAFT", "PENDING", "APPROVED", "REJECTED", "EXPIRED", "WITHDRAWN")
EDITABLE: Final = ("DRAFT", "REJECTED", "EXPIRED")


class VerificationStatus(Conflict):
    """The request's status does not allow this now.

    Extensions: `verification_status`, and `allowed`, the transitions it does allow.
    """

    type, title = "verification-status", "The request's status does not allow this"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status; `by` says whether its requester, a reviewer or the clock makes it."""

    name: str
    sources: tuple[Status, ...]
    target: Status
    by: Literal["requester", "reviewer", "clock"]


TRANSITIONS: Final = {
    each.name: each
    for each in (
        Transition("submit", ("DRAFT", "REJECTED", "EXPIRED"), "PENDING", "requester"),
        Transition(
            "withdraw", ("DRAFT", "PENDING", "REJECTED", "EXPIRED", "APPROVED"), "WITHDRAWN", "requester"
        ),
        Transition("approve", ("PENDING",), "APPROVED", "reviewer"),
        Transition("reject", ("PENDING",), "REJECTED", "reviewer"),
        Transition("revoke", ("APPROVED",), "REJECTED", "reviewer"),
        Transition("expire", ("APPROVED",), "EXPIRED", "clock"),
    )
}


def allowed_from(status: str, *, by: Collection[str] = ("requester", "reviewer")) -> list[str]:
    """Return the transitions these people may take a request of this status through."""
    return [each.name for each in TRANSITIONS.values() if status in each.sources and each.by in by]


def refused(what: str, status: str) -> VerificationStatus:
    """Return the problem of something that a status does not allow."""
    allowed = allowed_from(status)
    told = ", ".join(allowed) or "nothing"
    return VerificationStatus(
        f"A request that is {status} does not {what}; it allows: {told}.",
        verification_status=status,
        allowed=allowed,
    )

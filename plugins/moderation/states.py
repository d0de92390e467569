"""The life of a case, which all reports about one thing share.

PENDING ──claim──▶ REVIEWING ──resolve──▶ RESOLVED
   ▲                   │ ╲
   └─────release───────┘  ╲──dismiss──▶ DISMISSED
(what is pending may be resolved and dismissed as well)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kernel import Conflict

Status = Literal["PENDING", "REVIEWING", "RESOLVED", "DISMISSED"]
STATUSES: Final[tuple[Status, ...]] = ("PENDING", "REVIEWING", "RESOLVED", "DISMISSED")
OPEN: Final[tuple[Status, ...]] = ("PENDING", "REVIEWING")

Sanction = Literal["NONE", "WARNING", "SUSPENSION", "BAN"]
SANCTIONS: Final[tuple[Sanction, ...]] = ("NONE", "WARNING", "SUSPENSION", "BAN")
GROUNDS: Final = ("TERMS", "LAW")
SOURCES: Final = ("NOTICE", "OWN_INITIATIVE", "AUTOMATED")
APPEALS: Final = ("PENDING", "UPHELD", "REVERSED")


class CaseStatus(Conflict):
    """The case's status does not allow this now.

    Extensions: `case_status`, and `allowed`, the transitions it does allow.
    """

    type, title = "case-status", "The case's status does not allow this"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status that moderators make."""

    name: str
    sources: tuple[Status, ...]
    target: Status


TRANSITIONS: Final = {
    each.name: each
    for each in (
        Transition("claim", OPEN, "REVIEWING"),
        Transition("release", ("REVIEWING",), "PENDING"),
        Transition("resolve", OPEN, "RESOLVED"),
        Transition("dismiss", OPEN, "DISMISSED"),
    )
}


def allowed_from(status: str) -> list[str]:
    """Return the transitions a case of this status may take."""
    return [each.name for each in TRANSITIONS.values() if status in each.sources]


def refused(name: str, status: str) -> CaseStatus:
    """Return the problem of a transition that a status does not allow."""
    allowed = allowed_from(status)
    told = ", ".join(allowed) or "nothing"
    return CaseStatus(
        f"A case that is {status} does not {name}; it allows: {told}.", case_status=status, allowed=allowed
    )

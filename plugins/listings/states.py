"""The life of a listing.

DRAFT ──publish──▶ ACTIVE ──sell──▶ SOLD ──reactivate──▶ ACTIVE
                     │ ▲ ╲
          deactivate │ │  ╲ (time)
                     ▼ │   ▼
            DEACTIVATED   EXPIRED ──renew──▶ ACTIVE
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kernel import Conflict

Kind = Literal["PRODUCT", "SERVICE"]
Status = Literal["DRAFT", "ACTIVE", "SOLD", "EXPIRED", "DEACTIVATED"]
STATUSES: Final[tuple[Status, ...]] = ("DRAFT", "ACTIVE", "SOLD", "EXPIRED", "DEACTIVATED")
SHOWN: Final = ("ACTIVE", "SOLD")
"""Statuses anybody may see; a draft, an expired or deactivated listing is its seller's alone."""


class ListingStatus(Conflict):
    """The listing's status does not allow this now.

    Extensions: `listing_status`, and `allowed`, the transitions it does allow.
    """

    type, title = "listing-status", "The listing's status does not allow this"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status that a seller asks for."""

    name: str
    sources: tuple[Status, ...]
    target: Status


TRANSITIONS: Final = {
    each.name: each
    for each in (
        Transition("publish", ("DRAFT",), "ACTIVE"),
        Transition("sell", ("ACTIVE",), "SOLD"),
        Transition("deactivate", ("ACTIVE", "EXPIRED"), "DEACTIVATED"),
        Transition("reactivate", ("DEACTIVATED", "SOLD"), "ACTIVE"),
        Transition("renew", ("ACTIVE", "EXPIRED"), "ACTIVE"),
    )
}


def allowed_from(status: str) -> list[str]:
    """Return the transitions a listing of this status may take."""
    return [each.name for each in TRANSITIONS.values() if status in each.sources]


def refused(name: str, status: str) -> ListingStatus:
    """Return the problem of a transition that a status does not allow."""
    allowed = allowed_from(status)
    told = ", ".join(allowed) or "nothing"
    return ListingStatus(
        f"A listing that is {status} does not {name}; it allows: {told}.",
        listing_status=status,
        allowed=allowed,
    )

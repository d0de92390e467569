"""The life of a booking.

HELD ──request──▶ PENDING ──confirm──▶ CONFIRMED ──complete──▶ COMPLETED
 │ (time)            │ ╲ decline            │ ╲ no_show
 ▼                   ▼  ▼                   ▼  ▼
EXPIRED     CANCELLED / EXPIRED     CANCELLED / NO_SHOW

One that has to be paid first is HELD until it is: HELD ──pay──▶ CONFIRMED.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kernel import Conflict

Status = Literal["HELD", "PENDING", "CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW", "EXPIRED"]
Party = Literal["customer", "provider", "operator", "system"]

STATUSES: Final = ("HELD", "PENDING", "CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW", "EXPIRED")
ACTIVE: Final = ("HELD", "PENDING", "CONFIRMED")
"""Statuses that take a time: the condition of the exclusion constraint."""


class BookingStatus(Conflict):
    """The booking's status does not allow this now.

    Extensions: `booking_status`, and `allowed`, the transitions it does allow the caller.
    """

    type, title = "booking-status", "The booking's status does not allow this"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status: from where to where, by whom, and whether it takes a reason."""

    name: str
    sources: tuple[Status, ...]
    target: Status
    by: tuple[Party, ...]
    needs_reason: bool = False
    after_start: bool = False


TRANSITIONS: Final = {
    each.name: each
    for each in (
        Transition("request", ("HELD",), "PENDING", ("customer",)),
        Transition("pay", ("HELD",), "CONFIRMED", ()),
        Transition("confirm", ("PENDING",), "CONFIRMED", ("provider", "operator")),
        Transition("decline", ("PENDING",), "CANCELLED", ("provider", "operator"), needs_reason=True),
        Transition("cancel", ACTIVE, "CANCELLED", ("customer", "provider", "operator"), needs_reason=True),
        Transition("complete", ("CONFIRMED",), "COMPLETED", ("provider", "operator"), after_start=True),
        Transition("no_show", ("CONFIRMED",), "NO_SHOW", ("provider", "operator"), after_start=True),
        Transition("expire", ("HELD", "PENDING"), "EXPIRED", ()),
    )
}


def allowed(status: str, parties: set[Party], *, unpaid: bool = False) -> list[str]:
    """Return the transitions that lead from a status and are for one of the parties.

    What is `unpaid` is booked by its payment and not by request.
    """
    possible = [
        each.name for each in TRANSITIONS.values() if status in each.sources and parties & set(each.by)
    ]
    return [name for name in possible if not (unpaid and name == "request")]


def refused(name: str, status: str, parties: set[Party]) -> BookingStatus:
    """Return the problem of a transition that a status does not allow."""
    possible = allowed(status, parties)
    told = ", ".join(possible) or "nothing"
    return BookingStatus(
        f"A booking that is {status} does not {name}; you may: {told}.",
        booking_status=status,
        allowed=possible,
    )

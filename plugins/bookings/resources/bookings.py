"""Bookings: make them, list them, take them through their states."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    Schema,
    endpoint,
    page_of,
)
from plugins.bookings import queries
from plugins.bookings.permissions import BOOK
from plugins.bookings.schemas import (
    BookingIn,
    BookingItemOut,
    BookingOut,
    BookingsQuery,
    ReasonIn,
    RescheduleIn,
)
from plugins.bookings.services import changing, placing

CHANGES: Final = Rate(60, per=60, by="principal")


class Bookings:
    """`/v1/bookings`."""

    @endpoint(
        summary="List my bookings",
        permission=AUTHENTICATED,
        query=BookingsQuery,
        response=page_of(BookingItemOut),
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What one booked, offers (`as=provider`) or looks after (`as=operator`); the latest time first."""
        return queries.page(req.principal, req.query)

    @endpoint(
        summary="Book a time",
        permission=BOOK,
        body=BookingIn,
        response=BookingOut,
        status=201,
        idempotent=True,
        rate=CHANGES,
        errors=(NotFound, Forbidden, Conflict, Invalid),
        statements=25,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Or hold it for a while; `request` makes a hold a booking. Of two for the last lane one gets 409."""
        made = placing.place(req.principal, **req.body)
        resp.location = f"/v1/bookings/{made.id}"
        return queries.one(req.principal, made.id)


class Booking:
    """`/v1/bookings/{booking_id}`."""

    @endpoint(
        summary="Show a booking",
        permission=AUTHENTICATED,
        response=BookingOut,
        etag=True,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """With its history, for its parties."""
        return queries.one(req.principal, booking_id)


def _shown(req: Request, booking_id: UUID) -> Any:
    """Return a booking as it is then."""
    return queries.one(req.principal, booking_id)


def _reschedule(req: Request, booking_id: UUID) -> None:
    """The old time is free when the new one is taken, or nothing changes. Honours `If-Match`."""
    given = req.body
    changing.reschedule(
        req.principal, booking_id, given["starts_at"], reason=given["reason"], version=req.if_match
    )


ONE: Final = "/bookings/{booking_id:uuid}"
ACTIONS: Final = Actions(
    ONE,
    answer=_shown,
    permission=AUTHENTICATED,
    response=BookingOut,
    etag=True,
    rate=CHANGES,
    errors=(NotFound, Conflict, Invalid, PreconditionFailed),
)


def _transition(name: str, summary: str, description: str, body: type[Schema] | None = None) -> Route:
    """Return the action that takes a booking through the transition of that name."""

    def take(req: Request, booking_id: UUID) -> None:
        reason = (req.body or {}).get("reason", "")
        transition = name.replace("-", "_")
        changing.change_status(req.principal, booking_id, transition, reason=reason, version=req.if_match)

    return ACTIONS.route(name, summary, take, description=description, body=body)


BOOKINGS: Final = (
    Route("/bookings", Bookings()),
    Route(ONE, Booking()),
    _transition(
        "request",
        "Book the time one holds",
        "PENDING until the provider confirms, or CONFIRMED at once where they need not.",
    ),
    _transition("confirm", "Confirm a booking", "The provider's to do."),
    _transition(
        "decline",
        "Decline a booking",
        "The provider's to do, with a reason; the time is free again.",
        ReasonIn,
    ),
    _transition(
        "cancel",
        "Cancel a booking",
        "With a reason; by its customer until `cancellable_until`. A hold takes none.",
        ReasonIn,
    ),
    _transition(
        "complete",
        "Say that a booking took place",
        "The provider's to do, once it has begun; a while after its end it happens by itself.",
    ),
    _transition("no-show", "Say that the customer did not come", "The provider's to do, once it has begun."),
    ACTIONS.route("reschedule", "Move a booking to another time", _reschedule, body=RescheduleIn),
)

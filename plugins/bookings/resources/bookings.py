"""Bookings: make them, list them, take them through their states."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
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
STEP: Final = (NotFound, Conflict, Invalid, PreconditionFailed)


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


def _taken(req: Request, booking_id: UUID, name: str) -> Any:
    """Take a booking through a transition for the caller; return it as it is then."""
    reason = (req.body or {}).get("reason", "")
    changing.change_status(req.principal, booking_id, name, reason=reason, version=req.if_match)
    return queries.one(req.principal, booking_id)


class Request_:  # noqa: N801 - the kernel's Request has the name
    """`/v1/bookings/{booking_id}/request`."""

    @endpoint(
        summary="Book the time one holds",
        permission=AUTHENTICATED,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """PENDING until the provider confirms, or CONFIRMED at once where they need not."""
        return _taken(req, booking_id, "request")


class Confirm:
    """`/v1/bookings/{booking_id}/confirm`."""

    @endpoint(
        summary="Confirm a booking",
        permission=AUTHENTICATED,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """The provider's to do."""
        return _taken(req, booking_id, "confirm")


class Decline:
    """`/v1/bookings/{booking_id}/decline`."""

    @endpoint(
        summary="Decline a booking",
        permission=AUTHENTICATED,
        body=ReasonIn,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """The provider's to do, with a reason; the time is free again."""
        return _taken(req, booking_id, "decline")


class Cancel:
    """`/v1/bookings/{booking_id}/cancel`."""

    @endpoint(
        summary="Cancel a booking",
        permission=AUTHENTICATED,
        body=ReasonIn,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """With a reason; by its customer until `cancellable_until`. A hold takes none."""
        return _taken(req, booking_id, "cancel")


class Complete:
    """`/v1/bookings/{booking_id}/complete`."""

    @endpoint(
        summary="Say that a booking took place",
        permission=AUTHENTICATED,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """The provider's to do, once it has begun; a while after its end it happens by itself."""
        return _taken(req, booking_id, "complete")


class NoShow:
    """`/v1/bookings/{booking_id}/no-show`."""

    @endpoint(
        summary="Say that the customer did not come",
        permission=AUTHENTICATED,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """The provider's to do, once it has begun."""
        return _taken(req, booking_id, "no_show")


class Reschedule:
    """`/v1/bookings/{booking_id}/reschedule`."""

    @endpoint(
        summary="Move a booking to another time",
        permission=AUTHENTICATED,
        body=RescheduleIn,
        response=BookingOut,
        etag=True,
        rate=CHANGES,
        errors=STEP,
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """The old time is free when the new one is taken, or nothing changes. Honours `If-Match`."""
        given = req.body
        changing.reschedule(
            req.principal, booking_id, given["starts_at"], reason=given["reason"], version=req.if_match
        )
        return queries.one(req.principal, booking_id)

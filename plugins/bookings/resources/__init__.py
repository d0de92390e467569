"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Final

from kernel import Route
from plugins.bookings.resources import bookings, offered

ONE: Final = "/bookings/{booking_id:uuid}"
RESOURCE: Final = "/bookings/resources/{resource_id:uuid}"

ROUTES: Final = (
    Route("/bookings", bookings.Bookings()),
    Route("/bookings/availability", offered.Availability()),
    Route("/bookings/resources", offered.Resources()),
    Route(RESOURCE, offered.Resource()),
    Route(f"{RESOURCE}/exceptions", offered.Exceptions()),
    Route(f"{RESOURCE}/exceptions/{{change_id:uuid}}", offered.Exception_()),
    Route(ONE, bookings.Booking()),
    Route(f"{ONE}/request", bookings.Request_()),
    Route(f"{ONE}/confirm", bookings.Confirm()),
    Route(f"{ONE}/decline", bookings.Decline()),
    Route(f"{ONE}/cancel", bookings.Cancel()),
    Route(f"{ONE}/complete", bookings.Complete()),
    Route(f"{ONE}/no-show", bookings.NoShow()),
    Route(f"{ONE}/reschedule", bookings.Reschedule()),
)

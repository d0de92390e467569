"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Final

from kernel import Route
from plugins.bookings.resources import bookings, offered

RESOURCE: Final = "/bookings/resources/{resource_id:uuid}"

ROUTES: Final = (
    Route("/bookings/availability", offered.Availability()),
    Route("/bookings/resources", offered.Resources()),
    Route(RESOURCE, offered.Resource()),
    Route(f"{RESOURCE}/exceptions", offered.Exceptions()),
    Route(f"{RESOURCE}/exceptions/{{change_id:uuid}}", offered.Exception_()),
    *bookings.BOOKINGS,
)

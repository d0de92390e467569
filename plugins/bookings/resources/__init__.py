"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Final

from kernel import Route
from plugins.bookings.resources import bookings, feeds, offered

RESOURCE: Final = "/bookings/resources/{resource_id:uuid}"

ROUTES: Final = (
    Route("/bookings/availability", offered.Availability()),
    Route("/bookings/resources", offered.Resources()),
    Route(RESOURCE, offered.Resource()),
    Route(f"{RESOURCE}/exceptions", offered.Exceptions()),
    Route(f"{RESOURCE}/exceptions/{{change_id:uuid}}", offered.Exception_()),
    Route("/bookings/feeds", feeds.Feeds()),
    Route("/bookings/feeds/{feed_id:uuid}", feeds.Feed()),
    Route("/bookings/feeds/{feed_id:uuid}/secret", feeds.Secret()),
    Route("/bookings/calendars/{token}", feeds.Calendar()),
    *bookings.BOOKINGS,
)

"""Calendar feeds: who has them, and the calendars themselves."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    ANONYMOUS,
    AUTHENTICATED,
    Binary,
    Forbidden,
    NotFound,
    Rate,
    Request,
    Response,
    endpoint,
    page_of,
)
from plugins.bookings import calendars, queries
from plugins.bookings.calendars import resource_of
from plugins.bookings.problems import FeedExists
from plugins.bookings.schemas import FeedIn, FeedMadeOut, FeedOut
from plugins.bookings.services import feeds

ADDRESSES: Final = Rate(20, per=3600, by="principal")
READS: Final = Rate(120, per=60, by="client")


class Feeds:
    """`/v1/bookings/feeds`."""

    @endpoint(
        summary="List my calendar feeds",
        permission=AUTHENTICATED,
        response=page_of(FeedOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Without their addresses: those are shown when they are made."""
        return queries.feeds(req.principal, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Make a calendar feed",
        permission=AUTHENTICATED,
        body=FeedIn,
        response=FeedMadeOut,
        status=201,
        rate=ADDRESSES,
        errors=(Forbidden, NotFound, FeedExists),
        statements=5,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Of all one's bookings, or of a resource of one's own. Whoever has the address can read it."""
        return _shown(feeds.create(req.principal, req.body["resource_id"]))


class Feed:
    """`/v1/bookings/feeds/{feed_id}`."""

    @endpoint(
        summary="Delete a calendar feed",
        permission=AUTHENTICATED,
        rate=ADDRESSES,
        errors=(Forbidden, NotFound),
    )
    def on_delete(self, req: Request, resp: Response, feed_id: UUID) -> None:
        """Its address leads nowhere from then on."""
        feeds.delete(req.principal, feed_id)


class Secret:
    """`/v1/bookings/feeds/{feed_id}/secret`."""

    @endpoint(
        summary="Give a calendar feed a new address",
        permission=AUTHENTICATED,
        response=FeedMadeOut,
        rate=ADDRESSES,
        errors=(Forbidden, NotFound),
    )
    def on_post(self, req: Request, resp: Response, feed_id: UUID) -> Any:
        """The old one leads nowhere from then on."""
        return _shown(feeds.rotate(req.principal, feed_id))


class Calendar:
    """`/v1/bookings/calendars/{token}`."""

    @endpoint(
        summary="Read a calendar",
        permission=ANONYMOUS,
        response=Binary("text/calendar; charset=utf-8"),
        rate=READS,
        errors=(NotFound,),
        statements=6,
    )
    def on_get(self, req: Request, resp: Response, token: str) -> Any:
        """ICalendar (RFC 5545), from 90 days ago on, for calendars to subscribe to."""
        feed, viewer = feeds.of_secret(token)
        resp.cache_control = ["private", "max-age=300"]
        return calendars.document(feed, viewer)


def _shown(made: feeds.Made) -> dict[str, Any]:
    return {**made.feed.__data__, "resource_id": resource_of(made.feed), "url": made.url}

"""One listing: show it, change it, take it through its life."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Request,
    Response,
    Route,
    endpoint,
)
from plugins.listings import queries
from plugins.listings.permissions import PUBLISH
from plugins.listings.schemas.requests import GalleryIn, ListingContent, StatisticsQuery, WithholdIn
from plugins.listings.schemas.responses import ListingOut, StatisticsOut
from plugins.listings.services import editing, statistics, views, withholding
from plugins.listings.services.transitions import change_status

CHANGE = (NotFound, Conflict, PreconditionFailed, Invalid)


class Listing:
    """`/v1/listings/{listing_id}`."""

    @endpoint(
        summary="Show a listing",
        permission=PUBLIC,
        response=ListingOut,
        etag=True,
        errors=(NotFound,),
        statements=6,
    )
    def on_get(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """Its seller sees it in any status. Others count as viewers, once a day."""
        found = queries.one(listing_id, req.principal)
        if str(req.principal.id) != found["seller"]["id"]:
            views.see(listing_id, req.principal, req.client_ip, req.lower_headers.get("user-agent", ""))
        return found

    @endpoint(
        summary="Change a listing",
        permission=AUTHENTICATED,
        body=ListingContent,
        response=ListingOut,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_patch(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """What is left out stays; `attributes` and `media_ids` are replaced as a whole."""
        editing.update(listing_id, req.if_match, req.body, req.principal)
        return queries.one(listing_id, req.principal)

    @endpoint(
        summary="Delete a listing",
        permission=AUTHENTICATED,
        etag=True,
        errors=(NotFound, PreconditionFailed),
        statements=30,
    )
    def on_delete(self, req: Request, resp: Response, listing_id: UUID) -> None:
        """For good; its address answers 404 from then on."""
        editing.delete(listing_id, req.if_match, req.principal)


class Gallery:
    """`/v1/listings/{listing_id}/gallery`."""

    @endpoint(
        summary="Arrange the gallery",
        permission=AUTHENTICATED,
        body=GalleryIn,
        response=ListingOut,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_put(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """The first is the cover."""
        editing.arrange(listing_id, req.if_match, req.body["media_ids"], req.principal)
        return queries.one(listing_id, req.principal)


def _step(name: str, summary: str, permission: str, description: str) -> Route:
    """Return a transition as an endpoint: `POST /v1/listings/{listing_id}/<name>`."""

    class Step:
        @endpoint(
            summary=summary,
            permission=permission,
            description=description,
            response=ListingOut,
            etag=True,
            idempotent=True,
            errors=CHANGE,
            statements=30,
        )
        def on_post(self, req: Request, resp: Response, listing_id: UUID) -> Any:
            """Take the listing through the transition; return it as it is then."""
            change_status(listing_id, name, req.if_match, req.principal)
            return queries.one(listing_id, req.principal)

    Step.__name__ = Step.__qualname__ = name.capitalize()  # what `check` calls it
    return Route(f"/listings/{{listing_id:uuid}}/{name}", Step())


STEPS = (
    _step("publish", "Publish a draft", PUBLISH, "It can be found from then on, until it expires."),
    _step("sell", "Mark as sold", AUTHENTICATED, "It leaves the list; its page stays."),
    _step(
        "deactivate",
        "Take off the list",
        AUTHENTICATED,
        "Nobody but its seller sees it until it is reactivated.",
    ),
    _step(
        "reactivate",
        "Put back on the list",
        PUBLISH,
        "After it was deactivated or sold; it keeps its place and the time it had left.",
    ),
    _step(
        "renew",
        "Renew before or after it expires",
        PUBLISH,
        "Its time starts anew; one that had expired is listed as new.",
    ),
)


class Withhold:
    """`/v1/listings/{listing_id}/withhold`."""

    @endpoint(
        summary="Take out of sight as a moderator",
        permission=AUTHENTICATED,
        body=WithholdIn,
        response=ListingOut,
        errors=(NotFound, Forbidden),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """Its seller cannot undo it. Takes `listings:moderate`; for anybody else there is no such listing."""
        withholding.moderate(listing_id, req.principal, shown=False, note=req.body["note"])
        return queries.one(listing_id, req.principal)


class Release:
    """`/v1/listings/{listing_id}/release`."""

    @endpoint(
        summary="Show again as a moderator",
        permission=AUTHENTICATED,
        response=ListingOut,
        errors=(NotFound, Forbidden),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """Takes `listings:moderate`; for anybody else there is no such listing."""
        withholding.moderate(listing_id, req.principal, shown=True)
        return queries.one(listing_id, req.principal)


class Statistics:
    """`/v1/listings/{listing_id}/statistics`."""

    @endpoint(
        summary="See how much a listing was seen",
        permission=AUTHENTICATED,
        query=StatisticsQuery,
        response=StatisticsOut,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, listing_id: UUID) -> Any:
        """Different viewers by day (UTC), exact, for its seller."""
        return statistics.of_listing(listing_id, req.principal, req.query["days"])


ITEMS = (
    Route("/listings/{listing_id:uuid}", Listing()),
    Route("/listings/{listing_id:uuid}/gallery", Gallery()),
    *STEPS,
    Route("/listings/{listing_id:uuid}/withhold", Withhold()),
    Route("/listings/{listing_id:uuid}/release", Release()),
    Route("/listings/{listing_id:uuid}/statistics", Statistics()),
)

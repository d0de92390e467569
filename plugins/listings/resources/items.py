"""One listing: show it, change it, take it through its life."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Request,
    Response,
    Route,
    app,
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
        with app.reads.may_lag(req.principal.id):
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


def _shown(req: Request, listing_id: UUID) -> Any:
    return queries.one(listing_id, req.principal)


ACTIONS = Actions(
    "/listings/{listing_id:uuid}", answer=_shown, permission=AUTHENTICATED, response=ListingOut, statements=30
)


def _transition(name: str, summary: str, permission: str, description: str) -> Route:
    """Return the action that takes a listing through the transition of that name."""

    def take(req: Request, listing_id: UUID) -> None:
        change_status(listing_id, name, req.if_match, req.principal)

    own: dict[str, Any] = {"etag": True, "idempotent": True, "errors": CHANGE}
    return ACTIONS.route(name, summary, take, permission=permission, description=description, **own)


def _withhold(req: Request, listing_id: UUID) -> None:
    """Its seller cannot undo it. Takes `listings:moderate`; for anybody else there is no such listing."""
    withholding.moderate(listing_id, req.principal, shown=False, note=req.body["note"])


def _release(req: Request, listing_id: UUID) -> None:
    """Takes `listings:moderate`; for anybody else there is no such listing."""
    withholding.moderate(listing_id, req.principal, shown=True)


STEPS = (
    _transition("publish", "Publish a draft", PUBLISH, "It can be found from then on, until it expires."),
    _transition("sell", "Mark as sold", AUTHENTICATED, "It leaves the list; its page stays."),
    _transition(
        "deactivate",
        "Take off the list",
        AUTHENTICATED,
        "Nobody but its seller sees it until it is reactivated.",
    ),
    _transition(
        "reactivate",
        "Put back on the list",
        PUBLISH,
        "After it was deactivated or sold; it keeps its place and the time it had left.",
    ),
    _transition(
        "renew",
        "Renew before or after it expires",
        PUBLISH,
        "Its time starts anew; one that had expired is listed as new.",
    ),
)


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
    ACTIONS.route(
        "withhold",
        "Take out of sight as a moderator",
        _withhold,
        body=WithholdIn,
        errors=(NotFound, Forbidden),
    ),
    ACTIONS.route("release", "Show again as a moderator", _release, errors=(NotFound, Forbidden)),
    Route("/listings/{listing_id:uuid}/statistics", Statistics()),
)

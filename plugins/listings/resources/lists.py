"""The list, and new listings."""

from __future__ import annotations

from typing import Any

from kernel import (
    ALL,
    PUBLIC,
    Cached,
    Conflict,
    Forbidden,
    Invalid,
    Rate,
    Request,
    Response,
    app,
    endpoint,
    page_of,
)
from plugins.listings import queries
from plugins.listings.audience import hidden_sellers
from plugins.listings.permissions import BROWSE, PUBLISH
from plugins.listings.schemas.requests import ListingIn, ListingsQuery
from plugins.listings.schemas.responses import ListingItemOut, ListingOut
from plugins.listings.services import editing
from plugins.listings.services.rows import TAG
from plugins.search import api as search


def _audience(req: Request) -> str | None:
    """Return what a page of active listings depends on: the scopes one sees, and whom one does not.

    Most see the same, so that a hot page is made once for all of them. A page of
    another status may be of one's own listings.
    """
    if req.params.get("status", "ACTIVE") != "ACTIVE":
        return None
    seen, req.context.hidden = req.principal.scopes_for(BROWSE), hidden_sellers(req.principal)
    scopes = "*" if seen is ALL else " ".join(sorted(seen))
    return f"{scopes} - {' '.join(map(str, req.context.hidden))}"


def listings(list_cache: int) -> object:
    """Return the resource of `/v1/listings`, its pages kept for `list_cache` seconds (0: not)."""
    tags = (TAG, search.CORRECTIONS)
    kept = Cached(list_cache, tags=tags, per=_audience) if list_cache else None

    class Listings:
        """`/v1/listings`."""

        @endpoint(
            summary="Browse and search listings",
            permission=PUBLIC,
            query=ListingsQuery,
            response=page_of(ListingItemOut),
            cached=kept,
            errors=(Invalid,),
            statements=6,
        )
        def on_get(self, req: Request, resp: Response) -> Any:
            """Everybody's listings, and those of the scopes one belongs to."""
            with app.reads.may_lag(req.principal.id, TAG):  # the page may be kept for others
                return queries.browse(req.principal, req.query, getattr(req.context, "hidden", None))

        @endpoint(
            summary="Offer a product or a service",
            permission=PUBLISH,
            body=ListingIn,
            response=ListingOut,
            status=201,
            idempotent=True,
            rate=Rate(300, per=3600, by="principal"),
            errors=(Conflict, Forbidden, Invalid),
            statements=40,
        )
        def on_post(self, req: Request, resp: Response) -> Any:
            """A draft, unless `status` is ACTIVE; then it can be found at once."""
            listing_id = editing.create(req.principal, req.body)
            resp.location = f"/v1/listings/{listing_id}"
            return queries.one(listing_id, req.principal)

    return Listings()

"""What sellers learn of their listings, exact to the last view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import NotFound, Principal
from plugins.listings import queries
from plugins.listings.audience import may_change
from plugins.listings.models import Listing
from plugins.listings.services import views
from plugins.listings.states import STATUSES


def of_listing(listing_id: UUID, caller: Principal, days: int) -> dict[str, Any]:
    """Return the views of a listing; raise NotFound when it is not the caller's. Three statements."""
    row = Listing.alive().where(Listing.id == listing_id).first()
    if row is None or not may_change(row.__data__, caller):
        raise NotFound
    return {
        "listing_id": listing_id,
        "views": row.views + views.uncounted(views.ONE, listing_id),
        "days": views.by_day(views.ONE, listing_id, days),
    }


def of_seller(seller_id: UUID, days: int) -> dict[str, Any]:
    """Return a seller's listings by status and the views of all of them. Three statements."""
    by_status, seen = queries.totals(seller_id)
    return {
        "listings": {status: by_status.get(status, 0) for status in STATUSES},
        "views": seen + views.uncounted(views.OWN, seller_id),
        "days": views.by_day(views.OWN, seller_id, days),
    }

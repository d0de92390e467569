"""What moderation may know of listings, and do about them.

Described by plain mappings, for listings do not require moderation.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from kernel import Principal
from plugins.listings.audience import closed_scopes, hidden_sellers, may_change, may_see
from plugins.listings.models import Listing
from plugins.listings.services import withholding


def kind() -> dict[str, Any]:
    """Return listings as `moderation_types` takes them."""
    return {
        "kind": "listing",
        "title": "Listing",
        "cards": cards,
        "visible_to": visible_to,
        "hide": withholding.withhold,
        "restore": withholding.release,
        "watches": {
            "listings.listing.published.v1": "listing_id",
            "listings.listing.updated.v1": "listing_id",
        },
    }


def cards(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return listings by id, withheld ones included; one statement."""
    rows = Listing.alive().where(Listing.id.in_(list(ids)))
    return {
        row.id: {
            "id": row.id,
            "owner_id": row.seller_id,
            "title": row.title,
            "text": row.description,
            "scope": row.scope or None,
            "url": f"/v1/listings/{row.id}",
        }
        for row in rows
    }


def visible_to(viewer: Principal, listing_id: UUID) -> bool:
    """Say whether somebody may see a listing, and so report it."""
    row = Listing.alive().where(Listing.id == listing_id).first()
    if row is None or not may_see(row.__data__, viewer, hidden_sellers(viewer)):
        return False
    return may_change(row.__data__, viewer) or not (row.scope and closed_scopes([row.scope]))

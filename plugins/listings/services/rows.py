"""Listings as the services take hold of them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.listings.audience import may_change
from plugins.listings.models import Listing

TAG: Final = "listings"
"""What kept pages of the list depend on."""

OWNER_TYPE: Final = "listings.listing"
"""What listings are called among the users of media."""


def locked(listing_id: UUID, caller: Principal) -> Listing:
    """Return a listing the caller may change, locked until the transaction ends; raise NotFound."""
    row = Listing.alive().where(Listing.id == listing_id).for_update().first()
    if row is None or not may_change(row.__data__, caller):
        raise NotFound
    found: Listing = row
    return found


def scope_of(listing: Listing) -> str | None:
    """Return a listing's scope as events and the API have it: None for everybody."""
    return str(listing.scope) or None


def changed() -> None:
    """Drop the kept pages of the list when the transaction commits; new ones are made of what it wrote."""
    app.db.on_commit(_drop)


def _drop() -> None:
    app.reads.note(TAG)
    app.cache.invalidate_tag(TAG)


def is_visible(listing: Listing) -> bool:
    """Say whether the list shows it (to who may see its scope)."""
    return listing.status == "ACTIVE" and listing.deleted_at is None and not listing.withheld


def identity(listing: Listing) -> dict[str, Any]:
    """Return the fields every event about a listing has."""
    return {"listing_id": listing.id, "seller_id": listing.seller_id}

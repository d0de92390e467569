"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.listings.events import ListingDeleted
from plugins.listings.models import Listing, View, ViewDay
from plugins.listings.queries import KIND
from plugins.listings.services.rows import OWNER_TYPE, changed, identity, scope_of
from plugins.media import api as media
from plugins.search import api as search

_HIDDEN: Final = frozenset(
    {
        *("seller_id", "seller_name", "seller_avatar_url", "seller_verified"),
        *("reminded", "cover_url", "version"),
    }
)


def export(user_id: UUID) -> dict[str, Any]:
    """Return a person's listings, deleted ones included."""
    rows = Listing.select().where(Listing.seller_id == user_id).order_by(Listing.id)
    return {
        "listings": [
            {name: value for name, value in row.__data__.items() if name not in _HIDDEN} for row in rows
        ]
    }


def erase(user_id: UUID) -> None:
    """Delete a person's listings with their view counts; a second time changes nothing.

    What others keep of a sale is their own snapshot. Traces of what the person
    looked at are keyed hashes that go by themselves within two days.
    """
    rows = list(Listing.select().where(Listing.seller_id == user_id).order_by(Listing.id).for_update())
    ids = [row.id for row in rows]
    search.remove(KIND, ids)
    for row in rows:
        media.detach(OWNER_TYPE, row.id)
    for model in (View, ViewDay):
        model.delete().where(model.listing_id.in_(ids)).execute()
    Listing.delete().where(Listing.id.in_(ids)).execute()
    changed()
    for row in rows:
        if row.deleted_at is None:
            app.bus.publish(ListingDeleted(**identity(row)), scope=scope_of(row))

"""What listings tell categories: which are in use, and how to give things to another."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import app
from plugins.listings.models import Listing
from plugins.listings.services.indexing import follow

_USED = """
SELECT DISTINCT category_id FROM listings_listing WHERE category_id = ANY(%s::uuid[]) AND deleted_at IS NULL
"""


def used(ids: Collection[UUID]) -> set[UUID]:
    """Return those of the categories that a listing belongs to."""
    return {row[0] for row in app.db.rows(_USED, (list(ids),))}


def reassign(category_id: UUID, to_id: UUID) -> None:
    """Give every listing of one category to another, and tell the search."""
    written = (
        Listing.update(category_id=to_id, version=Listing.version + 1)
        .where(Listing.category_id == category_id, Listing.deleted_at.is_null())
        .returning(Listing)
        .execute()
    )
    follow(written)

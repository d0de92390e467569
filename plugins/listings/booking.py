"""Listings as what is booked: services, by the refs `listing:<id>`.

Bookings ask this (`bookings_resolve`); listings work without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel import Money, Principal
from plugins.listings.audience import hidden_sellers, may_see
from plugins.listings.models import Listing
from plugins.listings.ordering import PREFIX
from plugins.listings.services.rows import is_visible


def resolve(refs: Sequence[str], viewer: Principal) -> dict[str, dict[str, Any]]:
    """Return the services the viewer may see, by ref: one statement (two where somebody may be hidden)."""
    ids = {ref: found for ref in refs if (found := _id_of(ref)) is not None}
    if not ids:
        return {}
    hidden = hidden_sellers(viewer)
    services = Listing.alive().where(Listing.id.in_(list(ids.values())), Listing.type == "SERVICE")
    rows = {row.id: row for row in services}
    return {
        ref: _service(row)
        for ref, listing_id in ids.items()
        if (row := rows.get(listing_id)) and may_see(row.__data__, viewer, hidden)
    }


def _id_of(ref: str) -> UUID | None:
    """Return the id in a ref of ours; None for another's, and for what is no id."""
    try:
        found = UUID(ref.removeprefix(PREFIX))
    except ValueError:
        return None  # like an id that does not exist
    return found if ref == f"{PREFIX}{found}" else None


def _service(row: Listing) -> dict[str, Any]:
    price = Money(row.price_amount, row.price_currency) if row.price_amount is not None else None
    return {
        "title": row.title,
        "provider_id": row.seller_id,
        "scope": row.scope or None,
        "price": price,
        "offered": is_visible(row),
        "snapshot": {
            "listing_id": str(row.id),
            "title": row.title,
            "description": row.description,
            "cover_url": row.cover_url,
            "price": price.as_dict() if price else None,
            "version": row.version,
        },
    }

"""How many listings a seller's plan keeps on the list, and which place they get."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from contrib.listing_plans.settings import ListingPlansSettings
from kernel import app
from plugins.listings import api as listings
from plugins.subscriptions import api as subscriptions

METER: Final = "listings"
FEATURE: Final = "priority_placement"
REASON: Final = "listing_plans"


def meter() -> subscriptions.Meter:
    """Return listings as something plans limit."""
    return subscriptions.Meter(METER, "Listings on the list", count=listings.count_active, fit=fit)


def fit(seller_id: UUID, limit: int | None) -> None:
    """Withhold what is beyond the limit, the newest first; release, the oldest first, what has room."""
    shown, held = listings.active_of(seller_id, REASON)
    room = len(shown) + len(held) if limit is None else limit
    for listing_id in sorted(shown[room:]):
        listings.withhold(listing_id, REASON)
    for listing_id in sorted(held[: max(0, room - len(shown))]):
        listings.release(listing_id, REASON)


def boosts(seller_ids: Collection[UUID]) -> dict[UUID, float]:
    """Return the boost of those sellers whose plans give their listings priority."""
    boost = app.settings.of(ListingPlansSettings).boost
    plans = subscriptions.plans(seller_ids)
    return {seller: boost for seller, plan in plans.items() if FEATURE in plan.features}

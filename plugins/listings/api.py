"""What other plugins may use of listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from kernel import SYSTEM, Money, NotFound
from plugins.listings.events import (
    ListingCreated,
    ListingDeactivated,
    ListingDeleted,
    ListingExpired,
    ListingPublished,
    ListingReleased,
    ListingRenewed,
    ListingSold,
    ListingUpdated,
    ListingWithheld,
)
from plugins.listings.models import Listing
from plugins.listings.services import indexing, transitions, withholding
from plugins.listings.services.rows import is_visible
from plugins.listings.states import Kind, ListingStatus, Status

__all__ = [
    "Kind",
    "ListingCard",
    "ListingCreated",
    "ListingDeactivated",
    "ListingDeleted",
    "ListingExpired",
    "ListingPublished",
    "ListingReleased",
    "ListingRenewed",
    "ListingSold",
    "ListingStatus",
    "ListingUpdated",
    "ListingWithheld",
    "Status",
    "active_of",
    "card",
    "cards",
    "count_active",
    "reactivate",
    "reindex",
    "release",
    "sell",
    "withhold",
]


@dataclass(frozen=True, slots=True)
class ListingCard:
    """A listing as part of something else: a line of an order, the subject of a chat.

    `available` says whether it is on the list now. `scope` None means everybody.
    `version` grows with every change, so a snapshot can tell whether it still holds.
    """

    id: UUID
    seller_id: UUID
    type: Kind
    status: Status
    title: str
    price: Money | None
    quantity: int | None
    category_id: UUID | None
    scope: str | None
    cover_url: str
    available: bool
    version: int


def cards(ids: Iterable[UUID]) -> dict[UUID, ListingCard]:
    """Return the cards of listings by id, in one statement for any number; deleted ones are left out.

    The caller has decided that the reader may see them.
    """
    rows = Listing.alive().where(Listing.id.in_(set(ids)))
    return {row.id: _card(row) for row in rows}


def card(listing_id: UUID) -> ListingCard:
    """Return one card; raise NotFound."""
    found = cards([listing_id]).get(listing_id)
    if found is None:
        raise NotFound
    return found


def count_active(seller_id: UUID) -> int:
    """Return how many listings a seller has on the list, withheld ones included: what plans limit."""
    active = Listing.alive().where(Listing.seller_id == seller_id, Listing.status == "ACTIVE")
    return int(active.count())


def active_of(seller_id: UUID, reason: str) -> tuple[list[UUID], list[UUID]]:
    """Return a seller's active listings, the longest listed first: not withheld for `reason`, and withheld.

    One statement.
    """
    active = Listing.alive().where(Listing.seller_id == seller_id, Listing.status == "ACTIVE")
    rows = list(active.order_by(Listing.listed_at, Listing.id))
    kept = [row.id for row in rows if reason not in row.withheld]
    return kept, [row.id for row in rows if reason in row.withheld]


def reindex(seller_id: UUID) -> None:
    """Write a seller's listings to the search again: what you answer to `listings_boosts` has changed."""
    indexing.reindex(seller_id)


def sell(listing_id: UUID) -> None:
    """Mark a listing as sold, once: of two buyers one gets ListingStatus (409)."""
    transitions.change_status(listing_id, "sell", None, SYSTEM)


def reactivate(listing_id: UUID) -> None:
    """Put a sold or deactivated listing back: a cancelled order. Raises ListingStatus, ListingIncomplete."""
    transitions.change_status(listing_id, "reactivate", None, SYSTEM)


def withhold(listing_id: UUID, reason: str) -> bool:
    """Take a listing out of sight for a reason of yours (its plugin's name); say whether that is new."""
    return withholding.withhold(listing_id, reason)


def release(listing_id: UUID, reason: str) -> bool:
    """Take your reason back; the listing is shown when no other is left. Say whether it was there."""
    return withholding.release(listing_id, reason)


def _card(row: Listing) -> ListingCard:
    price = Money(row.price_amount, row.price_currency) if row.price_amount is not None else None
    return ListingCard(
        id=row.id,
        seller_id=row.seller_id,
        type=cast("Kind", row.type),
        status=cast("Status", row.status),
        title=row.title,
        price=price,
        quantity=row.quantity,
        category_id=row.category_id,
        scope=row.scope or None,
        cover_url=row.cover_url,
        available=is_visible(row),
        version=row.version,
    )

"""What happens to listings, for other plugins to react to.

The scope of the listing is the scope of the event. No event carries a text:
events are kept for good, what people wrote is not. An inline subscriber to
`listings.listing.published.v1` that raises a problem refuses the publication.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("listings.listing.created", version=1, key="listing_id")
class ListingCreated:
    """There is a new listing, a draft so far; `type` is PRODUCT or SERVICE."""

    listing_id: UUID
    seller_id: UUID
    type: str


@event("listings.listing.published", version=1, key="listing_id")
class ListingPublished:
    """It became visible: for the first time, or again.

    `transition` is publish, reactivate or renew; restock when an order of a sold out one
    was cancelled: who vetoes then vetoes the cancellation.
    """

    listing_id: UUID
    seller_id: UUID
    type: str
    category_id: UUID
    transition: str = "publish"


@event("listings.listing.updated", version=1, key="listing_id")
class ListingUpdated:
    """Its content changed; `fields` names what."""

    listing_id: UUID
    seller_id: UUID
    fields: list[str]


@event("listings.listing.renewed", version=1, key="listing_id")
class ListingRenewed:
    """An active listing will expire later than it would have."""

    listing_id: UUID
    seller_id: UUID


@event("listings.listing.sold", version=1, key="listing_id")
class ListingSold:
    """It is sold."""

    listing_id: UUID
    seller_id: UUID


@event("listings.listing.expired", version=1, key="listing_id")
class ListingExpired:
    """Its time ran out; the seller may renew it."""

    listing_id: UUID
    seller_id: UUID


@event("listings.listing.deactivated", version=1, key="listing_id")
class ListingDeactivated:
    """Its seller, or a moderator, took it off the list."""

    listing_id: UUID
    seller_id: UUID


@event("listings.listing.withheld", version=1, key="listing_id")
class ListingWithheld:
    """It is not shown, whatever its status; `reason` is `moderation`, `seller` or a plugin's own."""

    listing_id: UUID
    seller_id: UUID
    reason: str


@event("listings.listing.released", version=1, key="listing_id")
class ListingReleased:
    """One reason to withhold it is gone; others may remain."""

    listing_id: UUID
    seller_id: UUID
    reason: str


@event("listings.listing.deleted", version=1, key="listing_id")
class ListingDeleted:
    """It is gone for good."""

    listing_id: UUID
    seller_id: UUID


EVENTS = (
    ListingCreated,
    ListingPublished,
    ListingUpdated,
    ListingRenewed,
    ListingSold,
    ListingExpired,
    ListingDeactivated,
    ListingWithheld,
    ListingReleased,
    ListingDeleted,
)

"""What happens to listings and subscriptions, brought to each other."""

from __future__ import annotations

from typing import Final

from contrib.listing_plans.allowance import METER
from kernel import Delivery, Subscriber
from plugins.listings import api as listings
from plugins.subscriptions import api as subscriptions


def refuse_too_many(delivery: Delivery) -> None:
    """Refuse a publication the seller's plan has no room for; inline.

    What comes back with a cancelled order is never refused, for that would refuse the
    cancellation: `make_room` withholds what is too much a moment later.
    """
    if delivery.event.transition != "restock":
        subscriptions.gate(delivery.event.seller_id, METER)


def make_room(delivery: Delivery) -> None:
    """Show what was held back when there is room again, and hold back what came without asking."""
    subscriptions.fit(delivery.event.seller_id, METER)


def place(delivery: Delivery) -> None:
    """Give a seller's listings the place in the search that goes with the plan."""
    listings.reindex(delivery.event.user_id)


SUBSCRIBERS: Final = (
    Subscriber(listings.ListingPublished, refuse_too_many, name="listing_plans.refuse_too_many", inline=True),
    Subscriber(listings.ListingPublished, make_room, name="listing_plans.follow_published"),
    Subscriber(listings.ListingSold, make_room, name="listing_plans.follow_sold"),
    Subscriber(listings.ListingExpired, make_room, name="listing_plans.follow_expired"),
    Subscriber(listings.ListingDeactivated, make_room, name="listing_plans.follow_deactivated"),
    Subscriber(listings.ListingDeleted, make_room, name="listing_plans.follow_deleted"),
    Subscriber(subscriptions.SubscriptionStarted, place, name="listing_plans.follow_started"),
    Subscriber(subscriptions.SubscriptionChanged, place, name="listing_plans.follow_changed"),
    Subscriber(subscriptions.SubscriptionEnded, place, name="listing_plans.follow_ended"),
)

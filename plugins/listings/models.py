"""Tables of listings."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, JSONField, SoftDeleted, Table, TimestampField, Versioned

VISIBLE: Final = "status = 'ACTIVE' AND deleted_at IS NULL AND withheld = '{}'"
"""What the list shows: the condition of its partial indexes, to be repeated in its queries."""

INACTIVE: Final = "status <> 'ACTIVE' AND deleted_at IS NULL"
"""Listings of any other status, of which there are few of each."""

TALLY: Final = "INCLUDE (views) WHERE deleted_at IS NULL"
"""What a seller's figures are added up from without reading the listings."""


class Listing(Versioned, SoftDeleted):
    """A product or a service somebody offers.

    An empty `scope` means everybody. `listed_at` is when it was published (or
    made, for a draft) and what "newest" goes by. `gallery` holds media ids, the
    cover first. `cover_url`, the cover's thumbnail, and the seller's name, picture
    and badge as strangers see them are kept here, so that a page of the list is
    one statement on one table. `withheld` names the reasons why it is not
    shown. `views` counts viewers by day; it follows `listings_view` by seconds
    and does not count as a change.
    """

    seller_id = peewee.UUIDField()
    seller_name = peewee.TextField()
    seller_avatar_url = peewee.TextField()
    seller_verified = peewee.BooleanField()
    type = peewee.TextField()
    status = peewee.TextField()
    title = peewee.TextField()
    description = peewee.TextField()
    category_id = peewee.UUIDField(null=True)
    price_amount = peewee.BigIntegerField(null=True)
    price_currency = peewee.FixedCharField(max_length=3, null=True)  # type: ignore[call-overload]  # the stubs lack it
    quantity = peewee.IntegerField(null=True)
    attributes = JSONField(index=False)
    scope = peewee.TextField()
    gallery = ArrayField(peewee.UUIDField, index=False)
    cover_url = peewee.TextField()
    listed_at = TimestampField()
    expires_at = TimestampField(null=True)
    reminded = peewee.BooleanField()
    withheld = ArrayField(peewee.TextField, index=False)
    views = peewee.BigIntegerField()

    class Meta:
        table_name = "listings_listing"


class View(Table):
    """One viewer of one listing on one day (UTC); `counted` when the sums hold it.

    `viewer` is a keyed hash that changes every day. Rows go after two days.
    """

    listing_id = peewee.UUIDField()
    day = peewee.DateField()
    viewer = peewee.BlobField()
    counted = peewee.BooleanField()

    class Meta:
        table_name = "listings_view"
        primary_key = peewee.CompositeKey("listing_id", "day", "viewer")


class ViewDay(Table):
    """How many different viewers a listing had on a day (UTC)."""

    listing_id = peewee.UUIDField()
    day = peewee.DateField()
    views = peewee.IntegerField()

    class Meta:
        table_name = "listings_view_day"
        primary_key = peewee.CompositeKey("listing_id", "day")


def _index(definition: str) -> None:
    Listing.add_index(peewee.SQL(f"CREATE INDEX listings_listing_{definition}"))


INDEXES: Final = (
    f"newest ON listings_listing (scope, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"price ON listings_listing (scope, price_currency, price_amount, id) WHERE {VISIBLE}",
    f"popular ON listings_listing (scope, views DESC, id DESC) WHERE {VISIBLE}",
    "category ON listings_listing (category_id, listed_at DESC, id DESC) WHERE deleted_at IS NULL",
    f"scope_category ON listings_listing (scope, category_id, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"scope_type ON listings_listing (scope, type, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"scope_status ON listings_listing (scope, status, listed_at DESC, id DESC) WHERE {INACTIVE}",
    f"status ON listings_listing (status, listed_at DESC, id DESC) WHERE {INACTIVE}",
    "seller ON listings_listing (seller_id, listed_at DESC, id DESC) WHERE deleted_at IS NULL",
    f"seller_status ON listings_listing (seller_id, status, listed_at DESC, id DESC) {TALLY}",
    "expiry ON listings_listing (expires_at) WHERE status = 'ACTIVE' AND deleted_at IS NULL",
    "gallery ON listings_listing USING gin (gallery) WHERE deleted_at IS NULL",
)
for _definition in INDEXES:
    _index(_definition)
View.add_index(
    peewee.SQL("CREATE INDEX listings_view_uncounted ON listings_view (listing_id, day) WHERE NOT counted")
)
View.add_index(peewee.SQL("CREATE INDEX listings_view_days ON listings_view (day)"))

MODELS = (Listing, View, ViewDay)

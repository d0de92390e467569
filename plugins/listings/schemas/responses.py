"""What the endpoints about listings answer.

PERF: ids of the list are declared as text of format uuid: they come from
PostgreSQL as text, and 60 UUID objects a page would cost 65 µs to make and to
write again.
"""

from __future__ import annotations

from typing import Any

from kernel import MoneyField, Schema, fields
from plugins.media.api import CardOut


def _id(**kwargs: Any) -> fields.String:
    return fields.String(metadata={"format": "uuid"}, **kwargs)


class SellerOut(Schema):
    """A seller, as strangers see them."""

    id = _id(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    verified = fields.Boolean(required=True)


class ListingItemOut(Schema):
    """A listing among others."""

    id = _id(required=True)
    type = fields.String(required=True)
    status = fields.String(required=True)
    title = fields.String(required=True)
    price = MoneyField(required=True, allow_none=True)
    quantity = fields.Integer(required=True, allow_none=True)
    category_id = _id(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    cover_url = fields.String(
        required=True,
        metadata={"description": "A still of 400×400; empty without a picture, or until it is ready."},
    )
    seller = fields.Nested(SellerOut, required=True)
    views = fields.Integer(
        required=True, metadata={"description": "Different viewers, day by day; some seconds late."}
    )
    published_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Null for a draft."}
    )
    expires_at = fields.DateTime(required=True, allow_none=True)


class CategoryPathOut(Schema):
    """The category of a listing, with its place in the tree."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    path = fields.List(fields.UUID(), required=True, metadata={"description": "From the root to itself."})
    names = fields.List(fields.String(), required=True)


class ListingOut(ListingItemOut):
    """A listing, whole."""

    description = fields.String(required=True)
    category = fields.Nested(CategoryPathOut, required=True, allow_none=True)
    attributes = fields.Dict(keys=fields.String(), required=True)
    gallery = fields.List(fields.Nested(CardOut), required=True)
    withheld = fields.List(
        fields.String(), required=True, metadata={"description": "Why it is not shown, for its seller."}
    )
    allowed = fields.List(
        fields.String(), required=True, metadata={"description": "What its status allows its seller to do."}
    )
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class DayOut(Schema):
    """Different viewers on one day (UTC)."""

    day = fields.Date(required=True)
    views = fields.Integer(required=True)


class StatisticsOut(Schema):
    """How much a listing was seen, exact to the last view."""

    listing_id = fields.UUID(required=True)
    views = fields.Integer(required=True, metadata={"description": "Of all time."})
    days = fields.List(fields.Nested(DayOut), required=True, metadata={"description": "The oldest first."})


class TotalsOut(Schema):
    """One's listings by status."""

    DRAFT = fields.Integer(required=True)
    ACTIVE = fields.Integer(required=True)
    SOLD = fields.Integer(required=True)
    EXPIRED = fields.Integer(required=True)
    DEACTIVATED = fields.Integer(required=True)


class OwnStatisticsOut(Schema):
    """How much one's listings were seen, exact to the last view."""

    listings = fields.Nested(TotalsOut, required=True)
    views = fields.Integer(required=True, metadata={"description": "Of all time."})
    days = fields.List(fields.Nested(DayOut), required=True, metadata={"description": "The oldest first."})

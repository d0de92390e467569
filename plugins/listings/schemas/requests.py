"""Bodies and queries of the endpoints about listings."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import MoneyField, Schema, fields
from plugins.listings.states import STATUSES

TYPES: Final = ("PRODUCT", "SERVICE")
SORTS: Final = ("newest", "price_asc", "price_desc", "popular", "relevance")
LONGEST_TITLE, LONGEST_DESCRIPTION = 140, 20_000
MOST_MEDIA: Final = 100
"""No setting allows more; what `listings.max_media` allows is checked with the media."""
TITLE = Regexp(
    r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters."
)
SCOPE = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A scope reads kind:id.")


def _title(**kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(min=1, max=LONGEST_TITLE), TITLE], **kwargs)


def _scope(**kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=120), SCOPE], **kwargs)


class ListingContent(Schema):
    """What a seller writes."""

    title = _title(metadata={"example": "Oak garden chair"})
    description = fields.String(validate=Length(max=LONGEST_DESCRIPTION))
    category_id = fields.UUID(allow_none=True, metadata={"description": "May stay empty in a draft."})
    price = MoneyField(minimum=0, allow_none=True, metadata={"description": "May stay empty in a draft."})
    quantity = fields.Integer(
        bits=32,
        allow_none=True,
        validate=Range(min=0, max=fields.INT32_MAX),
        metadata={"description": "Pieces of a product; null when they are not counted."},
    )
    attributes = fields.Dict(
        keys=fields.String(validate=Length(min=1, max=60)),
        validate=Length(max=100),
        metadata={
            "description": "Values by the keys of the category's attributes; they replace those there were."
        },
    )
    media_ids = fields.List(
        fields.UUID(),
        validate=Length(max=MOST_MEDIA),
        metadata={"description": "The gallery in its order; the first is the cover."},
    )


class ListingIn(ListingContent):
    """A new listing."""

    type = fields.String(required=True, validate=OneOf(TYPES))
    title = _title(required=True, metadata={"example": "Oak garden chair"})
    status = fields.String(
        load_default="DRAFT",
        validate=OneOf(("DRAFT", "ACTIVE")),
        metadata={"description": "ACTIVE publishes it at once."},
    )
    scope = _scope(
        load_default=None,
        allow_none=True,
        metadata={"description": "Where it is offered, `<kind>:<id>`; null for everybody. It stays so."},
    )


class GalleryIn(Schema):
    """A gallery in its new order."""

    media_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=Length(max=MOST_MEDIA),
        metadata={"description": "The first is the cover; who is left out goes."},
    )


class WithholdIn(Schema):
    """Why a moderator takes a listing out of sight."""

    note = fields.String(load_default="", validate=Length(max=500), metadata={"description": "For the logs."})


class ListingsQuery(Schema):
    """Filters of the list."""

    q = fields.String(
        validate=Length(min=1, max=200),
        metadata={"description": 'Words, `"a phrase"`, `or`, `-without`.', "example": "oak chair"},
    )
    category = fields.UUID(metadata={"description": "This category and all below it."})
    type = fields.String(validate=OneOf(TYPES))
    min_price = fields.Integer(validate=Range(min=0, max=2**63 - 1), metadata={"description": "Minor units."})
    max_price = fields.Integer(validate=Range(min=0, max=2**63 - 1), metadata={"description": "Minor units."})
    currency = fields.String(
        validate=Regexp(r"[A-Z]{3}\Z", error="An ISO 4217 code such as USD."),
        metadata={"description": "Of price filters and sorts; they look at one. Default: the product's own."},
    )
    seller = fields.UUID(metadata={"description": "An account's id."})
    scope = _scope(metadata={"description": "Only this scope; without it, everybody's and all of one's own."})
    status = fields.String(
        load_default="ACTIVE",
        validate=OneOf(STATUSES),
        metadata={"description": "Anybody sees ACTIVE and SOLD; of others one sees one's own."},
    )
    published_after = fields.DateTime()
    published_before = fields.DateTime()
    sort = fields.String(
        validate=OneOf(SORTS), metadata={"description": "Default: relevance with `q`, newest without."}
    )


class MineQuery(Schema):
    """Filters of one's own listings."""

    status = fields.String(validate=OneOf(STATUSES))
    q = fields.String(validate=Length(min=1, max=200), metadata={"description": "Part of the title."})


class StatisticsQuery(Schema):
    """How far back the days go."""

    days = fields.Integer(load_default=30, validate=Range(min=1, max=365))

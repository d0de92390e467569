"""What a listing may hold: prices, quantities, categories, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import FieldError, Invalid, invalid
from plugins.categories import api as categories
from plugins.listings.problems import ListingIncomplete
from plugins.listings.services import galleries


def columns_of(seller_id: UUID, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a seller wrote as columns; the gallery is checked, the rest by `check`."""
    columns = {
        name: content[name]
        for name in ("title", "description", "category_id", "quantity", "attributes")
        if name in content
    }
    if "price" in content:
        price = content["price"]
        # Not `if price`: 0 is a price, too, and gives the thing away.
        columns["price_amount"] = None if price is None else price.amount
        columns["price_currency"] = None if price is None else price.currency
    if "media_ids" in content:
        columns |= galleries.checked(seller_id, content["media_ids"])
    return columns


def hold_category(columns: Mapping[str, Any], scope: str) -> None:
    """Keep the category that is about to be referred to from being deleted meanwhile; raise Invalid.

    Before the listing's row is locked: a deletion takes the category first, too.
    """
    if columns.get("category_id") is not None:
        categories.require(columns["category_id"], scope or None, lock=True)


def check(listing: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
    """Return a listing's attributes as they are stored; raise Invalid for what cannot be.

    `complete` listings (all but drafts) lack nothing, or ListingIncomplete says what.
    """
    if listing["type"] == "SERVICE" and listing["quantity"] is not None:
        raise invalid("/quantity", "A service is not counted in pieces.")
    if listing["category_id"] is None and listing["attributes"]:
        raise invalid("/attributes", "Choose a category first.")
    if complete:
        require_complete(listing)
    if listing["category_id"] is None:
        return {}
    return categories.validate_attributes(
        listing["category_id"], listing["attributes"], listing["scope"] or None, complete=complete
    )


def require_complete(listing: Mapping[str, Any]) -> None:
    """Raise ListingIncomplete naming what a listing lacks to be shown."""
    lacking = [
        FieldError(detail, pointer=pointer)
        for pointer, column, detail in (
            ("/category_id", "category_id", "Choose a category."),
            ("/price", "price_amount", "Set a price; 0 gives it away."),
        )
        if listing[column] is None
    ]
    if lacking:
        raise ListingIncomplete("It can be published when this is there.", errors=lacking)


def check_for_publication(listing: Mapping[str, Any]) -> None:
    """Raise ListingIncomplete unless a draft, or what was hidden for long, may be shown as it is."""
    try:
        check(listing, complete=True)
    except Invalid as ex:
        raise ListingIncomplete("It can be published when this is mended.", errors=ex.errors) from ex

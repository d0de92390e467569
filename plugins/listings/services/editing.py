"""Make, change and delete listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel import Principal, app, invalid
from plugins.listings.audience import person
from plugins.listings.events import ListingCreated, ListingDeleted, ListingUpdated
from plugins.listings.models import Listing
from plugins.listings.permissions import BROWSE
from plugins.listings.services import content, galleries, sellers
from plugins.listings.services.indexing import follow
from plugins.listings.services.rows import OWNER_TYPE, identity, locked, scope_of
from plugins.listings.services.transitions import change_status
from plugins.media import api as media


def create(seller: Principal, given: Mapping[str, Any]) -> UUID:
    """Make a draft, or with `status` ACTIVE publish it at once; return its id.

    Raises Invalid for what it cannot hold, ListingIncomplete for what it lacks.
    """
    seller_id, scope = person(seller), given["scope"] or ""
    if scope and not seller.can(BROWSE, scope):
        raise invalid("/scope", "You have no such scope.")
    with app.db.atomic():
        content.hold_category(given, scope)
        row = _blank(seller_id, given["type"], scope) | content.columns_of(seller_id, given)
        row["attributes"] = content.check(row, complete=given["status"] == "ACTIVE")
        listing = Listing.create(**row, **sellers.card_of(seller_id))
        galleries.hold(listing.id, (), row["gallery"])
        app.bus.publish(ListingCreated(**identity(listing), type=listing.type), scope=scope_of(listing))
        if given["status"] == "ACTIVE":
            change_status(listing.id, "publish", None, seller)
        return UUID(str(listing.id))


def _blank(seller_id: UUID, type_: str, scope: str) -> dict[str, Any]:
    """Return the columns of a draft that says nothing yet."""
    return {
        "seller_id": seller_id,
        "type": type_,
        "status": "DRAFT",
        "description": "",
        "category_id": None,
        "price_amount": None,
        "price_currency": None,
        "quantity": None,
        "attributes": {},
        "scope": scope,
        "gallery": [],
        "cover_url": "",
        "listed_at": app.clock.now(),
        "reminded": False,
        "withheld": [],
        "views": 0,
    }


def update(listing_id: UUID, version: int | None, changes: Mapping[str, Any], caller: Principal) -> None:
    """Change what a listing says; what is left out stays, and nothing given changes nothing.

    `version` is the one the editor saw, None for any. Raises NotFound,
    PreconditionFailed, Invalid, and ListingIncomplete when something that is
    published would lose what it needs.
    """
    with app.db.atomic():
        content.hold_category(changes, _scope_of(listing_id))
        before = locked(listing_id, caller)
        if not changes and version in {None, before.version}:
            return
        columns = content.columns_of(before.seller_id, changes)
        merged = {**before.__data__, **columns}
        if columns.keys() & {"category_id", "attributes", "quantity", "price_amount"}:
            columns["attributes"] = content.check(merged, complete=before.status != "DRAFT")
        after = Listing.compare_and_set(listing_id, version, Listing.deleted_at.is_null(), **columns)
        if "gallery" in columns:
            galleries.hold(listing_id, before.gallery, after.gallery)
        follow([after])
        app.bus.publish(ListingUpdated(**identity(after), fields=sorted(changes)), scope=scope_of(after))


def _scope_of(listing_id: UUID) -> str:
    """Return the scope of a listing, which never changes; empty for an unknown one."""
    return Listing.select(Listing.scope).where(Listing.id == listing_id).scalar() or ""


def arrange(listing_id: UUID, version: int | None, media_ids: Sequence[UUID], caller: Principal) -> None:
    """Put a gallery into an order; who is left out goes, who is new comes."""
    update(listing_id, version, {"media_ids": media_ids}, caller)


def delete(listing_id: UUID, version: int | None, caller: Principal) -> None:
    """Delete a listing for good as far as the API goes; the row stays, marked."""
    with app.db.atomic():
        locked(listing_id, caller)
        gone = Listing.compare_and_set(
            listing_id, version, Listing.deleted_at.is_null(), deleted_at=app.clock.now()
        )
        media.detach(OWNER_TYPE, listing_id)
        follow([gone])
        app.bus.publish(ListingDeleted(**identity(gone)), scope=scope_of(gone))

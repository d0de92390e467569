"""Sellers' cards and standing, followed from accounts.

Each listing has its seller's card with it, so a page of the list asks nobody.
It is what a stranger may see: the narrowest view a person's privacy settings
allow, right for every reader.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, app
from plugins.accounts import api as accounts
from plugins.listings.models import Listing
from plugins.listings.services import withholding
from plugins.listings.services.rows import changed

REASON: Final = "seller"
NOT_THERE: Final = "membership"
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('listings_seller'), hashtext(%s))"


def card_of(seller_id: UUID) -> dict[str, Any]:
    """Return the seller's card as columns; called in the transaction that makes a listing.

    The lock orders this and `follow`: a change of the profile is either seen
    here, or its event finds the row that is written with these columns.
    """
    app.db.rows(_LOCK, (str(seller_id),))
    card = accounts.user_cards([seller_id]).get(seller_id)
    return {
        "seller_name": card.name if card else "",
        "seller_avatar_url": card.avatar_url if card else "",
        "seller_verified": bool(card and card.verified),
    }


def follow(seller_id: UUID) -> None:
    """Bring the card on a seller's listings to what accounts have now; nothing for others.

    It is not the listing that changed, so versions and `updated_at` stay.
    """
    card = card_of(seller_id)
    stale = Listing.alive().where(Listing.seller_id == seller_id).exists()
    if stale:
        columns = {getattr(Listing, name): value for name, value in card.items()}
        own = Listing.update(columns, updated_at=Listing.updated_at)
        own.where(Listing.seller_id == seller_id, Listing.deleted_at.is_null()).execute()
        changed()


def follow_standing(seller_id: UUID) -> datetime | None:
    """Withhold a seller's listings while the account may not be used, release them when it may.

    Returns when a suspension ends by itself, to look again then. What the event
    said does not matter, only what holds now: deliveries may come late.
    """
    card = accounts.user_cards([seller_id]).get(seller_id)
    try:
        standing = app.auth.status(seller_id)
    except NotFound:
        return None
    usable = standing.status == "active" and not (card and card.deleted)
    listings = Listing.alive(Listing.id).where(Listing.seller_id == seller_id).order_by(Listing.id)
    for (listing_id,) in list(listings.tuples()):
        if usable:
            withholding.release(listing_id, REASON)
        else:
            withholding.withhold(listing_id, REASON)
    return standing.until


def follow_membership(seller_id: UUID, scope: str) -> None:
    """Withhold what somebody offers in a scope they hold no role in any more, release it when they do again.

    What the event said does not matter, only what holds now.
    """
    belongs = any(grant.scope == scope for grant in app.auth.grants(seller_id))
    own = (Listing.seller_id == seller_id, Listing.scope == scope)
    for (listing_id,) in list(Listing.alive(Listing.id).where(*own).order_by(Listing.id).tuples()):
        if belongs:
            withholding.release(listing_id, NOT_THERE)
        else:
            withholding.withhold(listing_id, NOT_THERE)

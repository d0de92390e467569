"""Take listings out of sight, whatever their status: by moderators, with their seller, by other plugins.

Each reason stands by itself; a listing is shown when the last one is gone.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from peewee import fn

from kernel import NotFound, Principal, app
from plugins.listings.audience import moderates
from plugins.listings.events import ListingReleased, ListingWithheld
from plugins.listings.models import Listing
from plugins.listings.services.indexing import follow
from plugins.listings.services.rows import identity, locked, scope_of

log = structlog.get_logger(__name__)


def withhold(listing_id: UUID, reason: str) -> bool:
    """Add a reason not to show a listing; say whether it is new."""
    lacking = fn.array_position(Listing.withheld, reason).is_null()
    return _change(listing_id, lacking, fn.array_append(Listing.withheld, reason), ListingWithheld, reason)


def release(listing_id: UUID, reason: str) -> bool:
    """Take a reason away; say whether it was there."""
    having = fn.array_position(Listing.withheld, reason).is_null(False)
    return _change(listing_id, having, fn.array_remove(Listing.withheld, reason), ListingReleased, reason)


def moderate(listing_id: UUID, moderator: Principal, *, shown: bool, note: str = "") -> None:
    """Withhold or release a listing on a moderator's word; harmless twice. Raises NotFound."""
    with app.db.atomic():
        listing = locked(listing_id, moderator)
        if not moderates(moderator, listing.scope):
            raise NotFound
        (release if shown else withhold)(listing_id, "moderation")
    log.info("listing_moderated", listing=str(listing_id), shown=shown, note=note)


def _change(listing_id: UUID, condition: Any, withheld: Any, event: type[Any], reason: str) -> bool:
    with app.db.atomic():
        written = (
            Listing.update(withheld=withheld, version=Listing.version + 1)
            .where(Listing.id == listing_id, Listing.deleted_at.is_null(), condition)
            .returning(Listing)
            .execute()
        )
        for listing in written:
            follow([listing])
            app.bus.publish(event(**identity(listing), reason=reason), scope=scope_of(listing))
            return True
    return False

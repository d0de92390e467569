"""Galleries: which media, in which order, and the cover that the list shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from peewee import SQL

from kernel import app, invalid
from plugins.listings.models import Listing
from plugins.listings.services.rows import OWNER_TYPE, changed
from plugins.listings.settings import ListingsSettings
from plugins.media import api as media


def checked(seller_id: UUID, media_ids: Sequence[UUID]) -> dict[str, Any]:
    """Return the columns of a gallery of a seller's own media; raise Invalid naming what cannot be.

    Media that are still processed are welcome: the cover appears when it is ready.
    """
    most = app.settings.of(ListingsSettings).max_media
    if len(media_ids) > most:
        raise invalid("/media_ids", f"At most {most}.")
    cards = media.require_owned(media_ids, seller_id)
    for position, card in enumerate(cards):
        if card.type == "document":
            raise invalid(f"/media_ids/{position}", "Only pictures and films.")
        if card.visibility != "public":
            raise invalid(f"/media_ids/{position}", "Make it public first: everybody will see it.")
    return {"gallery": list(media_ids), "cover_url": cards[0].thumbnail_url if cards else ""}


def hold(listing_id: UUID, before: Sequence[UUID], after: Sequence[UUID]) -> None:
    """Mark the media a listing uses now, and let go of those it used before."""
    media.attach([each for each in after if each not in before], OWNER_TYPE, listing_id)
    media.detach(OWNER_TYPE, listing_id, [each for each in before if each not in after])


def cover_ready(media_id: UUID) -> None:
    """Show a cover that has just been processed."""
    _refresh(_with(media_id))


def gone(media_id: UUID) -> None:
    """Take a medium that is no more out of every gallery."""
    listings = _with(media_id)
    for listing in listings:
        listing.gallery = [each for each in listing.gallery if each != media_id]
    _refresh(listings)


def _with(media_id: UUID) -> list[Listing]:
    """Return the listings with a medium in their gallery, locked."""
    holding = SQL("gallery @> ARRAY[%s::uuid]", (media_id,))
    return list(Listing.alive().where(holding).order_by(Listing.id).for_update())


def _refresh(listings: Sequence[Listing]) -> None:
    """Write galleries as they are now, with the present thumbnails of their covers."""
    cards = media.cards(each.gallery[0] for each in listings if each.gallery)
    for listing in listings:
        cover = cards.get(listing.gallery[0]) if listing.gallery else None
        Listing.update(
            gallery=listing.gallery,
            cover_url=cover.thumbnail_url if cover else "",
            version=Listing.version + 1,
        ).where(Listing.id == listing.id).execute()
    if listings:
        changed()

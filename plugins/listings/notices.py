"""The messages listings send, and the types under which people know them."""

from __future__ import annotations

from uuid import UUID

from kernel import app
from plugins.listings.models import Listing
from plugins.listings.settings import ListingsSettings
from plugins.notifications.api import NotificationType, send

TYPES = (
    NotificationType("listings.expiring", "One of your listings will soon expire"),
    NotificationType("listings.expired", "One of your listings has expired"),
)


def expiring(listing: Listing) -> None:
    """Tell a seller that a listing will soon expire."""
    _tell("expiring", listing)


def expired(listing: Listing) -> None:
    """Tell a seller that a listing has expired."""
    _tell("expired", listing)


def _page(listing_id: UUID) -> str:
    """Return where a person sees a listing; empty when the operator named no page."""
    page = app.settings.of(ListingsSettings).page_url.replace("{id}", str(listing_id))
    return f"{app.settings.kernel.public_url.rstrip('/')}{page}" if page.startswith("/") else page


def _tell(name: str, listing: Listing) -> None:
    """Send once for each end a listing comes to: a renewed one has another."""
    page = _page(listing.id)
    data = {
        "title": listing.title,
        "listing_id": str(listing.id),
        "expires_at": listing.expires_at.isoformat(),
        "page_url": page,
        "url": page or f"/v1/listings/{listing.id}",
    }
    key = f"{listing.id}:{listing.expires_at.isoformat()}"
    send(f"listings.{name}", listing.seller_id, data, key=key, scope=listing.scope or None)

"""The messages listings send, and the types under which people know them."""

from __future__ import annotations

from kernel import app
from plugins.listings.models import Listing
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


def _tell(name: str, listing: Listing) -> None:
    """Send once for each end a listing comes to: a renewed one has another."""
    data = {
        "title": listing.title,
        "listing_id": str(listing.id),
        "expires_at": listing.expires_at.isoformat(),
        "url": f"{app.settings.kernel.public_url.rstrip('/')}/v1/listings/{listing.id}",
    }
    key = f"{listing.id}:{listing.expires_at.isoformat()}"
    send(f"listings.{name}", listing.seller_id, data, key=key, scope=listing.scope or None)

"""Listings as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.listings import queries
from plugins.listings.services import views

_CHANGES: Final = ("created", "published", "sold", "expired", "deactivated", "deleted")
_FACTS: Final = """
SELECT id, status, scope, seller_id
FROM listings_listing WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""
_TITLES: Final = """
SELECT 'listing:' || id, title FROM listings_listing WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""


def source() -> dict[str, Any]:
    """Return listings as a source of figures."""
    events = {f"listings.listing.{name}.v1": attrgetter("listing_id") for name in _CHANGES}
    return {"kind": "listing", "events": events, "facts": _FACTS, "table": "listings_listing"}


def titles(refs: Sequence[str]) -> dict[str, str]:
    """Return what listings among refs are called now. One statement."""
    ids = [ref.removeprefix("listing:") for ref in refs if ref.startswith("listing:")]
    return dict(app.db.rows(_TITLES, {"ids": ids})) if ids else {}


def of_seller(seller_id: UUID) -> dict[str, int]:
    """Return the views of all of a seller's listings. Two statements."""
    _, seen = queries.totals(seller_id)
    return {"listing_views": int(seen + views.uncounted(views.OWN, seller_id))}

"""The HTTP surface of listings: parse, call, respond."""

from __future__ import annotations

from kernel import Route
from plugins.listings.resources.items import ITEMS
from plugins.listings.resources.lists import listings
from plugins.listings.resources.own import OWN


def routes(list_cache: int) -> tuple[Route, ...]:
    """Return all routes; pages of the list are kept for `list_cache` seconds."""
    return (Route("/listings", listings(list_cache)), *OWN, *ITEMS)

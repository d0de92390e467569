"""What can go wrong with a listing, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict
from plugins.listings.states import ListingStatus

__all__ = ["ListingIncomplete", "ListingStatus"]


class ListingIncomplete(Conflict):
    """A listing needs a category, its required attributes and a price before it is shown.

    `errors[]` names what is missing.
    """

    type, title = "listing-incomplete", "Something is missing before this can be published"

"""Listings in the web console: what is on offer, for those who moderate it."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.listings.permissions import MODERATE

LISTING: Final = "/v1/listings/{id}"

PAGES: Final = (
    AdminPage(
        name="listings.all",
        title="Listings",
        group="Market",
        about="What is on offer. Withholding takes out of sight what must not be seen meanwhile.",
        permission=MODERATE,
        scoped=True,
        reads="/v1/listings",
        columns={
            "title": "Title", "type": "Type", "price": "Price", "seller": "Seller", "status": "Status",
            "views": "Views", "published_at": "Since",
        },
        filters=("q", "status", "type"),
        details={"Listing": LISTING, "Seen": f"{LISTING}/statistics"},
        actions=(
            AdminAction(
                label="Withhold",
                calls=f"POST {LISTING}/withhold",
                danger=True,
                confirm="“{title}” is out of sight until it is released. Its seller is told.",
            ),
            AdminAction(label="Release", calls=f"POST {LISTING}/release", confirm="“{title}” is seen again."),
            AdminAction(
                label="Delete",
                calls=f"DELETE {LISTING}",
                danger=True,
                confirm="“{title}” is deleted for good. Orders of it keep their copy.",
            ),
        ),
    ),
)  # fmt: skip

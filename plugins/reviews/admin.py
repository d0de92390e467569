"""Reviews in the web console, for those who moderate them."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.reviews.permissions import MODERATE

REVIEW: Final = "/v1/reviews/{id}"

PAGES: Final = (
    AdminPage(
        name="reviews.withheld",
        title="Withheld reviews",
        group="Market",
        about="Reviews that are out of sight.",
        permission=MODERATE,
        scoped=True,
        reads="/v1/reviews?withheld=true",
        columns={
            "title": "Of", "rating": "Rating", "text": "Says", "reviewer": "By", "subject_id": "About",
            "created_at": "When",
        },
        people=("subject_id",),
        filters=("rating",),
        details={"Review": REVIEW},
        actions=(
            AdminAction(
                label="Release", calls=f"POST {REVIEW}/release", confirm="It is shown again, and counts."
            ),
        ),
    ),
)  # fmt: skip

"""What moderation may know of reviews, and do about them.

Described by plain mappings, for reviews do not require moderation.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from plugins.reviews import api
from plugins.reviews.services import withholding


def kind() -> dict[str, Any]:
    """Return reviews as `moderation_types` takes them; who answers for one is who wrote it."""
    return {
        "kind": "review",
        "title": "Review",
        "cards": cards,
        "visible_to": api.visible_to,
        "hide": withholding.withhold,
        "restore": withholding.release,
        "watches": {
            "reviews.review.written.v1": "review_id",
            "reviews.review.edited.v1": "review_id",
        },
    }


def cards(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return reviews by id, withheld ones included; one statement."""
    return {
        id_: {
            "id": id_,
            "owner_id": card.reviewer_id,
            "title": f"A review of {card.title}",
            "text": card.text,
            "scope": card.scope,
            "url": f"/v1/reviews/{id_}",
        }
        for id_, card in api.cards(ids).items()
    }

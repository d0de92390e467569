"""What other plugins may use of reviews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel import Principal
from plugins.reviews import queries
from plugins.reviews.events import (
    ReputationChanged,
    ReviewDeleted,
    ReviewEdited,
    ReviewReleased,
    ReviewResponded,
    ReviewWithheld,
    ReviewWritten,
)
from plugins.reviews.models import Review
from plugins.reviews.queries import Standing
from plugins.reviews.services import rows, withholding
from plugins.reviews.transactions import Transaction

__all__ = [
    "ReputationChanged",
    "ReviewCard",
    "ReviewDeleted",
    "ReviewEdited",
    "ReviewReleased",
    "ReviewResponded",
    "ReviewWithheld",
    "ReviewWritten",
    "Standing",
    "Transaction",
    "cards",
    "release",
    "reputation",
    "visible_to",
    "withhold",
]


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review as part of something else: a report, a queue. `withheld`: why it is not shown."""

    id: UUID
    ref: str
    title: str
    scope: str | None
    reviewer_id: UUID
    subject_id: UUID
    rating: int
    text: str
    response: str
    withheld: tuple[str, ...]
    created_at: datetime


def cards(ids: Iterable[UUID]) -> dict[UUID, ReviewCard]:
    """Return reviews by id, withheld ones too, in one statement; unknown and deleted ones are left out."""
    asked = set(ids)
    wanted = Review.select().where(Review.id.in_(sorted(asked)), Review.deleted_at.is_null())
    return {row.id: _card(row) for row in wanted} if asked else {}


def visible_to(viewer: Principal, review_id: UUID) -> bool:
    """Say whether a review is there and the viewer's to see."""
    row: Review | None = Review.get_or_none(Review.id == review_id)
    return row is not None and rows.may_see(row, viewer)


def withhold(review_id: UUID, reason: str) -> bool:
    """Add a reason (`moderation`, `my_plugin`) not to show a review; it does not count meanwhile.

    Joins the caller's transaction; says whether the reason is new.
    """
    return withholding.withhold(review_id, reason)


def release(review_id: UUID, reason: str) -> bool:
    """Take a reason away; the review is shown and counts when none is left. Says whether it was there."""
    return withholding.release(review_id, reason)


def reputation(user_ids: Iterable[UUID], role: str = "seller") -> dict[UUID, Standing]:
    """Return people's reputations in a role (`seller`, `buyer`), in one statement for any number.

    Who has no counting review is there with a count of 0 and no score.
    """
    return queries.standings(user_ids, role)


def _card(row: Review) -> ReviewCard:
    return ReviewCard(
        id=row.id,
        ref=row.ref,
        title=row.title,
        scope=row.scope or None,
        reviewer_id=row.reviewer_id,
        subject_id=row.subject_id,
        rating=row.rating,
        text=row.text,
        response=row.response,
        withheld=tuple(row.withheld),
        created_at=row.created_at,
    )

"""What happens to reviews and reputations, for other plugins to react to.

No event carries a text: events are kept for good, what people wrote is not. The
scope of the transaction is the scope of the event.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("reviews.review.written", version=1, key="review_id")
class ReviewWritten:
    """Somebody reviewed a transaction; `role` is the subject's in it."""

    review_id: UUID
    ref: str
    reviewer_id: UUID
    subject_id: UUID
    role: str
    rating: int


@event("reviews.review.edited", version=1, key="review_id")
class ReviewEdited:
    """Its author changed it; `was` is the rating before."""

    review_id: UUID
    ref: str
    reviewer_id: UUID
    subject_id: UUID
    role: str
    rating: int
    was: int


@event("reviews.review.deleted", version=1, key="review_id")
class ReviewDeleted:
    """Its author deleted it, or an account it was about is no more."""

    review_id: UUID
    ref: str
    reviewer_id: UUID
    subject_id: UUID
    role: str
    rating: int


@event("reviews.review.responded", version=1, key="review_id")
class ReviewResponded:
    """Who it is about answered it."""

    review_id: UUID
    ref: str
    reviewer_id: UUID
    subject_id: UUID


@event("reviews.review.withheld", version=1, key="review_id")
class ReviewWithheld:
    """There is one reason more not to show it; `reason` is a code such as `moderation`."""

    review_id: UUID
    reviewer_id: UUID
    subject_id: UUID
    reason: str


@event("reviews.review.released", version=1, key="review_id")
class ReviewReleased:
    """A reason not to show it is gone; it is shown when none is left."""

    review_id: UUID
    reviewer_id: UUID
    subject_id: UUID
    reason: str


@event("reviews.reputation.changed", version=1, key="user_id")
class ReputationChanged:
    """Somebody's reputation in a role changed by a review; `score` in thousandths of a star."""

    user_id: UUID
    role: str
    count: int
    score: int


EVENTS = (
    ReviewWritten,
    ReviewEdited,
    ReviewDeleted,
    ReviewResponded,
    ReviewWithheld,
    ReviewReleased,
    ReputationChanged,
)

_PARTIES = ("reviewer_id", "subject_id")
PUBLIC = tuple(
    (each, _PARTIES, "reviews:moderate")
    for each in (ReviewWritten, ReviewEdited, ReviewDeleted, ReviewResponded)
)
"""What `webhooks` may send to the parties and to moderators of the scope."""

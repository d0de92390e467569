"""Reviews as the services take hold of them: locked, checked, told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import Forbidden, NotFound, PreconditionFailed, Principal, app, invalid
from plugins.media import api as media
from plugins.reviews.models import Review
from plugins.reviews.permissions import BROWSE, MODERATE
from plugins.reviews.services import reputation
from plugins.reviews.settings import ReviewsSettings

OWNER_TYPE: Final = "reviews.review"
"""What reviews are called among the users of media."""


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def moderates(review: Review, caller: Principal) -> bool:
    """Say whether a review is the caller's to moderate."""
    return caller.can(MODERATE, review.scope or None)


def may_see(review: Review, viewer: Principal) -> bool:
    """Say whether a review is the viewer's to see: of others, not withheld and of a scope of theirs."""
    if review.deleted_at is not None:
        return False
    if moderates(review, viewer) or (viewer.id is not None and viewer.id == review.reviewer_id):
        return True
    if review.withheld:
        return False
    return not review.scope or viewer.id == review.subject_id or viewer.can(BROWSE, review.scope)


def locked(review_id: UUID, caller: Principal, version: int | None = None) -> Review:
    """Return a review the caller may see, locked until the transaction ends.

    Raises NotFound, and PreconditionFailed when it is not at `version` (None: any).
    """
    row: Review | None = Review.select().where(Review.id == review_id).for_update().first()
    if row is None or not may_see(row, caller):
        raise NotFound
    if version not in {None, row.version}:
        raise PreconditionFailed(f"It is at version {row.version} now.", current_version=row.version)
    return row


def write(before: Review, **changes: Any) -> Review:
    """Change a locked review; return it as it is then."""
    return Review.compare_and_set(before.id, before.version, **changes)


def is_open(review: Review) -> bool:
    """Say whether its author may still change it."""
    until = review.created_at + timedelta(hours=app.settings.of(ReviewsSettings).edit_hours)
    return review.responded_at is None and app.clock.now() < until


def counted(review: Review) -> int | None:
    """Return the rating as which a review counts; None when it does not."""
    return None if review.deleted_at is not None or review.withheld else review.rating


def told(before: Review | None, after: Review, event: Any) -> None:
    """Publish what happened, and the reputation it changed, if it did."""
    was, rating = counted(before) if before else None, counted(after)
    events = [event] if was == rating else [event, reputation.count(after, was, rating)]
    app.bus.publish(*events, scope=after.scope or None)


def checked(reviewer_id: UUID, media_ids: Sequence[UUID]) -> list[UUID]:
    """Return a gallery of a reviewer's own public media; raise Invalid naming what cannot be."""
    most = app.settings.of(ReviewsSettings).max_media
    if len(media_ids) > most:
        raise invalid("/media_ids", f"At most {most}.")
    for position, card in enumerate(media.require_owned(media_ids, reviewer_id)):
        if card.type == "document":
            raise invalid(f"/media_ids/{position}", "Only pictures and films.")
        if card.visibility != "public":
            raise invalid(f"/media_ids/{position}", "Make it public first: everybody will see it.")
    return list(media_ids)

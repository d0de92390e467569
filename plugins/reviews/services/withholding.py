"""Take reviews out of sight and out of the reputation, and bring them back.

Each reason stands by itself; a review is shown, and counts, when the last one is gone.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog

from kernel import Forbidden, Principal, app
from plugins.media import api as media
from plugins.reviews.events import ReviewReleased, ReviewWithheld
from plugins.reviews.models import Review
from plugins.reviews.services.rows import OWNER_TYPE, locked, moderates, told, write

log = structlog.get_logger(__name__)


def withhold(review_id: UUID, reason: str) -> bool:
    """Add a reason not to show a review; say whether it is new (False also for one that is no more)."""
    return _change(review_id, reason, shown=False)


def release(review_id: UUID, reason: str) -> bool:
    """Take a reason away; say whether it was there."""
    return _change(review_id, reason, shown=True)


def moderate(review_id: UUID, moderator: Principal, *, shown: bool, note: str = "") -> None:
    """Withhold or release a review on a moderator's word; harmless twice. Raises NotFound, Forbidden."""
    with app.db.atomic():
        if not moderates(locked(review_id, moderator), moderator):
            raise Forbidden("Reviews of this scope are not yours to moderate.")
        _change(review_id, "moderation", shown=shown)
    log.info("review_moderated", review=str(review_id), shown=shown, note=note)


def _change(review_id: UUID, reason: str, *, shown: bool) -> bool:
    with app.db.atomic():
        before = _present(review_id)
        if before is None or (reason in before.withheld) is not shown:
            return False
        others = [each for each in before.withheld if each != reason]
        after = write(before, withheld=others if shown else [*others, reason])
        event: type[Any] = ReviewReleased if shown else ReviewWithheld
        said = event(
            review_id=after.id, reviewer_id=after.reviewer_id, subject_id=after.subject_id, reason=reason
        )
        told(before, after, said)
        return True


def _present(review_id: UUID) -> Review | None:
    present = (Review.id == review_id) & Review.deleted_at.is_null()
    row: Review | None = Review.select().where(present).for_update().first()
    return row


def drop_medium(media_id: UUID) -> None:
    """Take a medium that is no more out of every review."""
    for row in Review.select().where(Review.gallery.contains(media_id)).order_by(Review.id).for_update():
        media.detach(OWNER_TYPE, row.id, [media_id])
        write(row, gallery=[each for each in row.gallery if each != media_id])

"""What is stored about a person: hand it over, or erase it.

A rating is part of another's reputation: it stays, by nobody and without a word.
Reviews of the person are deleted with the reputation they made.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.media import api as media
from plugins.reviews.models import Review
from plugins.reviews.services import reputation
from plugins.reviews.services.rows import OWNER_TYPE
from plugins.reviews.services.writing import emptied

_WRITTEN: Final = """
SELECT id, ref, title, rating, text, created_at, edited_at FROM reviews_review
WHERE reviewer_id = %(id)s AND deleted_at IS NULL ORDER BY id
"""
_RECEIVED: Final = """
SELECT id, ref, title, role, rating, response, created_at FROM reviews_review
WHERE subject_id = %(id)s AND deleted_at IS NULL ORDER BY id
"""
_REPUTATION: Final = "SELECT role, count, score FROM reviews_reputation WHERE user_id = %(id)s ORDER BY role"


def export(user_id: UUID) -> dict[str, Any]:
    """Return the reviews a person wrote, the ratings and answers of those about them, and the reputation."""
    asked = {"id": user_id}
    return {
        "written": app.db.dicts(_WRITTEN, asked),
        "received": app.db.dicts(_RECEIVED, asked),
        "reputation": app.db.dicts(_REPUTATION, asked),
    }


def erase(user_id: UUID) -> None:
    """Forget what a person wrote and what was written about them; a second time changes nothing."""
    about = Review.select().where(Review.subject_id == user_id, Review.deleted_at.is_null())
    for row in about.order_by(Review.id).for_update():
        emptied(row)
    reputation.forget([user_id])
    own = Review.select().where(Review.reviewer_id == user_id, Review.deleted_at.is_null())
    for row in own.order_by(Review.id).for_update():
        media.detach(OWNER_TYPE, row.id)
    words = Review.update(text="", gallery=[], version=Review.version + 1)
    written = (Review.text != "") | (Review.gallery != [])
    words.where(Review.reviewer_id == user_id, written).execute()

"""Reviews as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

_CHANGES: Final = tuple(
    f"reviews.review.{name}.v1" for name in ("written", "deleted", "withheld", "released")
)
_FACTS: Final = """
SELECT id, scope, subject_id AS seller_id,
    CASE WHEN withheld = '{}' THEN 'SHOWN' ELSE 'WITHHELD' END AS status
FROM reviews_review WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""
_IDS: Final = """
SELECT id FROM reviews_review
WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid) AND deleted_at IS NULL ORDER BY id LIMIT %(limit)s
"""


def source() -> dict[str, Any]:
    """Return reviews as a source of figures; whom they are about, they count for."""
    events = {wire: attrgetter("review_id") for wire in _CHANGES}
    return {"kind": "review", "events": events, "facts": _facts, "ids": _ids}


def _facts(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return app.db.dicts(_FACTS, {"ids": list(ids)})


def _ids(after: UUID | None, limit: int) -> list[UUID]:
    return [review_id for (review_id,) in app.db.rows(_IDS, {"after": after, "limit": limit})]

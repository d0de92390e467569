"""Reviews as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

_CHANGES: Final = tuple(
    f"reviews.review.{name}.v1" for name in ("written", "deleted", "withheld", "released")
)
_FACTS: Final = """
SELECT id, scope, subject_id AS seller_id,
    CASE WHEN withheld = '{}' THEN 'SHOWN' ELSE 'WITHHELD' END AS status
FROM reviews_review WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""


def source() -> dict[str, Any]:
    """Return reviews as a source of figures; whom they are about, they count for."""
    events = {wire: attrgetter("review_id") for wire in _CHANGES}
    return {"kind": "review", "events": events, "facts": _FACTS, "table": "reviews_review"}

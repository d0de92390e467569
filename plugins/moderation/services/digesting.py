"""Telling moderators of new cases: one message each, however many cases there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from kernel import app
from plugins.moderation import notices
from plugins.moderation.permissions import REVIEW

CHUNK: Final = 1000
# What was decided before the hour was over is news to nobody.
_NEW: Final = """
UPDATE moderation_case SET announced = true WHERE id IN (
    SELECT id FROM moderation_case WHERE NOT announced ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING scope, owner_id, status
"""


def tell_moderators() -> int:
    """Tell who reviews a scope how many cases are new there; return how many people were told.

    Cases are told of once: they are marked in the transaction of the messages.
    """
    with app.db.atomic():
        waiting = [
            (scope, owner_id)
            for scope, owner_id, status in app.db.rows(_NEW, {"limit": CHUNK})
            if status == "PENDING"
        ]
        counts = _counted(waiting)
        for moderator_id, count in sorted(counts.items()):
            notices.new_cases(moderator_id, count)
    return len(counts)


def _counted(waiting: Iterable[tuple[str, UUID | None]]) -> Counter[UUID]:
    """Return how many cases each moderator may look after: never one about themselves."""
    found: Counter[UUID] = Counter()
    reviewers: dict[str, set[UUID]] = {}
    for scope, owner_id in waiting:
        if scope not in reviewers:
            reviewers[scope] = _reviewers(scope)
        found.update(reviewers[scope] - {owner_id} if owner_id else reviewers[scope])
    return found


def _reviewers(scope: str) -> set[UUID]:
    """Return who holds the permission to review in a scope, or everywhere."""
    roles = [name for name in app.auth.roles.names() if REVIEW in app.auth.roles.permissions_of(name)]
    places = {None, scope or None}
    return {one for name in roles for place in places for one in app.auth.holders(name, place)}

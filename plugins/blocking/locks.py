"""Locks that let a check of a block and what it allows be one step.

Who blocks holds the pair alone until the block commits; who is about to do
something that a block forbids holds it shared until that commits. So nothing
that looked before the block commits after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel import app

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"
_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"


def alone(blocker_id: UUID, blocked_id: UUID) -> None:
    """Wait until nobody else changes the blocker's list, or acts between the two."""
    app.db.rows(_ALONE, ([f"blocking.list:{blocker_id}", _pair(blocker_id, blocked_id)],))


def shared(user_id: UUID, others: Iterable[UUID]) -> None:
    """Wait for blocks between somebody and others that are being made, and keep new ones waiting."""
    app.db.rows(_SHARED, (sorted(_pair(user_id, each) for each in others),))


def _pair(first_id: UUID, second_id: UUID) -> str:
    low, high = sorted((first_id, second_id))
    return f"blocking.pair:{low}:{high}"

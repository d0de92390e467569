"""What loyalty tells the other plugins. Within a version, fields are only added."""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("loyalty.points.earned", version=1, key="owner_id")
class PointsEarned:
    """Somebody was given points; `balance` is what they had afterwards."""

    owner_id: UUID
    points: int
    balance: int
    reason: str


EVENTS = (PointsEarned,)

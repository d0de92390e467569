"""What moderation does, for other plugins to react to.

The key is the decision's id; the scope of the thing is the event's. No event
tells who reported, nor what anybody wrote.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel import event


@event("moderation.decision.made", version=1, key="decision_id")
class DecisionMade:
    """Something was hidden, or its owner sanctioned: NONE, WARNING, SUSPENSION or BAN until `ends_at`."""

    decision_id: UUID
    kind: str
    target_id: UUID
    owner_id: UUID | None
    sanction: str
    hidden: bool
    automated: bool
    ends_at: datetime | None = None


@event("moderation.decision.reversed", version=1, key="decision_id")
class DecisionReversed:
    """It was taken back: what it hid is shown, its strike does not count, its sanction is lifted."""

    decision_id: UUID
    kind: str
    target_id: UUID
    owner_id: UUID | None


@event("moderation.sanction.ended", version=1, key="decision_id")
class SanctionEnded:
    """A suspension's time is over."""

    decision_id: UUID
    owner_id: UUID | None


@event("moderation.appeal.filed", version=1, key="decision_id")
class AppealFiled:
    """Whom a decision concerns asks for another look."""

    appeal_id: UUID
    decision_id: UUID


@event("moderation.appeal.decided", version=1, key="decision_id")
class AppealDecided:
    """Another moderator upheld or reversed a decision; `outcome` is UPHELD or REVERSED."""

    appeal_id: UUID
    decision_id: UUID
    outcome: str


EVENTS = (DecisionMade, DecisionReversed, SanctionEnded, AppealFiled, AppealDecided)

_OWNED = (DecisionMade, DecisionReversed, SanctionEnded)
PUBLIC = tuple((each, ("owner_id",) if each in _OWNED else (), "moderation:review") for each in EVENTS)
"""What `webhooks` may send to whom a decision concerns, and to moderators of the scope."""

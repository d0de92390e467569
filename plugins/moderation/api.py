"""What other plugins may use of moderation."""

from __future__ import annotations

from uuid import UUID

from plugins.moderation.events import (
    AppealDecided,
    AppealFiled,
    DecisionMade,
    DecisionReversed,
    SanctionEnded,
)
from plugins.moderation.kinds import Card, ModeratableType
from plugins.moderation.rules import Rule
from plugins.moderation.services import standings

__all__ = [
    "AppealDecided",
    "AppealFiled",
    "Card",
    "DecisionMade",
    "DecisionReversed",
    "ModeratableType",
    "Rule",
    "SanctionEnded",
    "strikes",
]


def strikes(user_id: UUID) -> int:
    """Return how many strikes of a person count now; one statement."""
    return standings.strikes(user_id)

"""The `[loyalty]` section of a profile."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class LoyaltySettings:
    """How generous the shop is."""

    welcome_points: int = setting(100, help="Points for opening an account; 0 for none.", minimum=0)
    idle_days: int = setting(365, help="Days without a movement after which points lapse.", minimum=1)

"""What an operator may tune about presence: section `[presence]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class PresenceSettings:
    """How soon others see a change, and how many they may watch."""

    grace: float = setting(
        10.0, help="Seconds somebody whose last device went is still shown as there.", minimum=0
    )
    away_after: float = setting(
        300.0, help="Seconds without activity on any device until somebody is shown as away.", minimum=1
    )
    interval: float = setting(1.0, help="Seconds between two batches of changes to one socket.", minimum=0)
    max_subscriptions: int = setting(2000, help="Most people one socket may watch.", minimum=1)

"""What an operator may tune about verification: section `[verification]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel import setting


@dataclass(frozen=True, slots=True)
class VerificationSettings:
    """What sellers and providers go through, and how reviewers work."""

    seller_steps: list[str] = setting(
        ["identity", "agreement", "payout"], help="Steps a seller goes through; empty: no such onboarding."
    )
    provider_steps: list[str] = setting(
        ["identity", "agreement", "payout"],
        help="Steps a provider of services goes through; empty: no such onboarding.",
    )
    steps: dict[str, Any] = setting(
        {},
        help="Steps of your own, or other definitions of `identity`, `business`, `agreement` and `payout`: "
        "name → `title`, `fields` (names of texts), `documents` (types), `agreement` (true: to be accepted).",
    )
    agreement_version: str = setting("1", help="Version of the agreement that is accepted now.")
    claim_minutes: int = setting(
        30, help="Minutes a request stays with the reviewer who took it.", minimum=1, maximum=1440
    )
    reminder_days: int = setting(
        14, help="Days before a document expires that its owner is reminded; 0: not at all.", minimum=0
    )

"""What an operator may tune about subscriptions: section `[subscriptions]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kernel import setting

PLANS: Final = {
    "FREE": {"title": "Free", "limits": {"listings": 5}},
    "STANDARD": {
        "title": "Standard",
        "limits": {"listings": 20},
        "monthly": 900,
        "yearly": 9000,
        "trial_days": 14,
    },
    "PREMIUM": {
        "title": "Premium",
        "features": ["priority_placement"],
        "monthly": 2900,
        "yearly": 29000,
        "trial_days": 14,
    },
}


@dataclass(frozen=True, slots=True)
class SubscriptionsSettings:
    """Which plans there are, and what happens when one is not paid."""

    plans: dict[str, Any] = setting(
        PLANS,
        help="Plans by name, from the least to the most: `title`, `limits` (most of a meter; one not named "
        "is not limited), `features`, `monthly` and `yearly` (minor units), `trial_days`. The first costs "
        "nothing: it is everybody's without a subscription.",
    )
    currency: str = setting("USD", help="ISO 4217 code of all prices.")
    payment_hours: int = setting(
        24, help="Hours in which a new subscription or an upgrade is to be paid.", minimum=1, maximum=240
    )
    dunning_days: list[str] = setting(
        ["1", "3", "7", "14"],
        help="Days after a renewal at which it is collected anew while it is unpaid; at the last it ends.",
    )

"""What may be done with subscriptions, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

SUBSCRIBE: Final = "subscriptions:subscribe"
MANAGE: Final = "subscriptions:manage"

PERMISSIONS: Final = (
    Permission(SUBSCRIBE, "Subscribe to a plan", roles=("user",)),
    Permission(MANAGE, "See and cancel anybody's subscription", roles=("subscriptions_manager",)),
    Role("subscriptions_manager", "Looks after subscriptions."),
)

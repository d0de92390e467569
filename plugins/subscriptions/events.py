"""What happens to subscriptions, for other plugins to react to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel import Money, event


@event("subscriptions.subscription.started", version=1, key="user_id")
class SubscriptionStarted:
    """Somebody's plan began; `trial`: nothing is paid for it yet."""

    subscription_id: UUID
    user_id: UUID
    plan: str
    trial: bool


@event("subscriptions.subscription.renewed", version=1, key="user_id")
class SubscriptionRenewed:
    """A new period began."""

    subscription_id: UUID
    user_id: UUID
    plan: str
    period_start: datetime
    period_end: datetime


@event("subscriptions.subscription.changed", version=1, key="user_id")
class SubscriptionChanged:
    """The plan changed from `was` to `plan`."""

    subscription_id: UUID
    user_id: UUID
    was: str
    plan: str


@event("subscriptions.subscription.lapsed", version=1, key="user_id")
class SubscriptionLapsed:
    """A renewal is unpaid; the plan stays while it is collected anew."""

    subscription_id: UUID
    user_id: UUID
    plan: str


@event("subscriptions.subscription.ended", version=1, key="user_id")
class SubscriptionEnded:
    """It is over; `status` is CANCELLED or EXPIRED, `plan` what it was."""

    subscription_id: UUID
    user_id: UUID
    plan: str
    status: str


@event("subscriptions.charge.opened", version=1, key="user_id")
class ChargeOpened:
    """Something is to be paid; `kind` is `period` or `upgrade`."""

    charge_id: UUID
    subscription_id: UUID
    user_id: UUID
    kind: str
    amount: Money


@event("subscriptions.charge.paid", version=1, key="user_id")
class ChargePaid:
    """It was paid."""

    charge_id: UUID
    subscription_id: UUID
    user_id: UUID
    kind: str
    amount: Money


@event("subscriptions.charge.voided", version=1, key="user_id")
class ChargeVoided:
    """It is not to be paid any more."""

    charge_id: UUID
    subscription_id: UUID
    user_id: UUID


EVENTS = (
    SubscriptionStarted,
    SubscriptionRenewed,
    SubscriptionChanged,
    SubscriptionLapsed,
    SubscriptionEnded,
    ChargeOpened,
    ChargePaid,
    ChargeVoided,
)
_OWN = ("user_id",)
PUBLIC = tuple((each, _OWN, "subscriptions:manage") for each in EVENTS)
"""What `webhooks` may send to whose subscription it is."""

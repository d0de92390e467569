"""What other plugins may use of subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from plugins.subscriptions.events import (
    ChargeOpened,
    ChargePaid,
    ChargeVoided,
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionLapsed,
    SubscriptionRenewed,
    SubscriptionStarted,
)
from plugins.subscriptions.plans import Plan
from plugins.subscriptions.problems import ChargeVoid, FeatureMissing, LimitReached
from plugins.subscriptions.services import gating, paying
from plugins.subscriptions.values import Collection, Due, Meter

__all__ = [
    "ChargeOpened",
    "ChargePaid",
    "ChargeVoid",
    "ChargeVoided",
    "Collection",
    "Due",
    "FeatureMissing",
    "LimitReached",
    "Meter",
    "Plan",
    "SubscriptionChanged",
    "SubscriptionEnded",
    "SubscriptionLapsed",
    "SubscriptionRenewed",
    "SubscriptionStarted",
    "consume",
    "declined",
    "fit",
    "gate",
    "paid",
    "plans",
    "release",
    "require",
    "unconfirmed",
]


def gate(user_id: UUID, meter: str, more: int = 0) -> None:
    """Raise LimitReached unless a person's plan allows what there is of a meter, and `more` besides.

    For meters with `count`. Call it in the transaction that adds: those of one person
    wait for each other until it ends, so none slips past the limit.
    """
    gating.gate(user_id, meter, more)


def consume(user_id: UUID, meter: str, quantity: int = 1) -> int:
    """Use some of a meter without `count`, in the caller's transaction; return what is used then.

    Raises LimitReached, and nothing is used.
    """
    return gating.consume(user_id, meter, quantity)


def release(user_id: UUID, meter: str, quantity: int = 1) -> int:
    """Give back what was consumed; return what is used then."""
    return gating.release(user_id, meter, quantity)


def fit(user_id: UUID, meter: str) -> None:
    """Call a meter's own `fit` with the limit of now: something went, so what was held back may come."""
    gating.fit_one(user_id, meter)


def require(user_id: UUID, feature: str) -> None:
    """Raise FeatureMissing, which names the plan that has it, unless a person's plan has a feature."""
    gating.require(user_id, feature)


def plans(user_ids: Iterable[UUID]) -> dict[UUID, Plan]:
    """Return the plans people have now, in one statement for any number."""
    asked = set(user_ids)
    found = gating.living(asked) if asked else {}
    return {each: gating.plan_of(found.get(each)) for each in asked}


def paid(charge_id: UUID) -> None:
    """Say that a charge was paid; harmless twice. Raises NotFound, and ChargeVoid: then refund it."""
    paying.paid(charge_id)


def declined(charge_id: UUID) -> None:
    """Say that a charge will not be paid by itself; harmless twice, and when it is over. Raises NotFound."""
    paying.declined(charge_id)


def unconfirmed(charge_id: UUID) -> None:
    """Say that the payer's bank wants them to confirm a charge: they are told. Raises NotFound."""
    paying.unconfirmed(charge_id)

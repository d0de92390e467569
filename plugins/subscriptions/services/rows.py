"""Subscriptions as the services take hold of them: locked, moved, charged, told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import Money, NotFound, PreconditionFailed, Principal, app
from plugins.subscriptions import notices
from plugins.subscriptions.events import (
    ChargeOpened,
    ChargePaid,
    ChargeVoided,
    SubscriptionChanged,
    SubscriptionEnded,
)
from plugins.subscriptions.models import Change, Charge, Subscription
from plugins.subscriptions.permissions import MANAGE
from plugins.subscriptions.plans import Plans
from plugins.subscriptions.services import gating
from plugins.subscriptions.states import target_of
from plugins.subscriptions.values import Collection, Due


def locked(subscription_id: UUID, caller: Principal, version: int | None = None) -> Subscription:
    """Return a subscription of the caller's (or anybody's, for who manages them), locked.

    Raises NotFound, and PreconditionFailed when it is not at `version` (None: any).
    """
    row: Subscription | None = held(Subscription.id == subscription_id)
    if row is None or not (row.user_id == caller.id or caller.can(MANAGE)):
        raise NotFound
    if version not in {None, row.version}:
        raise PreconditionFailed(f"It is at version {row.version} now.", current_version=row.version)
    return row


def held(*conditions: Any) -> Subscription | None:
    """Return the subscription that meets conditions, locked until the transaction ends."""
    row: Subscription | None = Subscription.select().where(*conditions).for_update().first()
    return row


def move(row: Subscription, name: str, actor: UUID | None, **changes: Any) -> Subscription:
    """Take a locked subscription through a change; write its history; raise SubscriptionStatus."""
    target = target_of(name, row.status)
    after: Subscription = Subscription.compare_and_set(row.id, row.version, status=target, **changes)
    Change.create(
        subscription=row.id, name=name, was=row.status, status=target, plan=after.plan, actor_id=actor
    )
    return after


def end(row: Subscription, name: str, actor: UUID | None) -> Subscription:
    """End a locked subscription: nothing is to be paid any more, what there is fits the first plan."""
    void(row)
    after = move(row, name, actor, ended_at=app.clock.now(), due_at=None)
    gating.fit(row.user_id, app.service(Plans).free)
    app.bus.publish(SubscriptionEnded(**identity(after), plan=after.plan, status=after.status))
    notices.ended(after)
    return after


def replan(row: Subscription, name: str, plan: str, actor: UUID | None, **changes: Any) -> Subscription:
    """Give a locked subscription another plan, now; what there is fits it."""
    after = move(row, name, actor, plan=plan, next_plan="", next_interval="", **changes)
    gating.fit(row.user_id, gating.plan_of(after))
    if plan != row.plan:
        app.bus.publish(SubscriptionChanged(**identity(after), was=row.plan, plan=plan))
    return after


def open_charge(row: Subscription) -> Charge | None:
    """Return what is to be paid for a subscription, if anything."""
    found: Charge | None = Charge.get_or_none(Charge.subscription == row.id, Charge.status == "OPEN")
    return found


def charge(row: Subscription, kind: str, plan: str, amount: Money, span: tuple[datetime, datetime]) -> Charge:
    """Store what is to be paid for a span of a subscription, and have it collected."""
    made = Charge.create(
        subscription=row.id, user_id=row.user_id, kind=kind, cycle=row.cycle, plan=plan, amount=amount.amount,
        currency=amount.currency, period_start=span[0], period_end=span[1], status="OPEN", url="",
    )  # fmt: skip
    app.bus.publish(ChargeOpened(**charged(made), kind=kind, amount=amount))
    return made


def collect(row: Subscription, made: Charge, attempt: int = 0, *, unattended: bool = False) -> bool:
    """Have a charge collected; say whether anybody does. `unattended`: it is the clock's doing."""
    plan = app.service(Plans).get(made.plan)
    due = Due(
        made.id,
        f"charge:{made.id}",
        made.user_id,
        Money(made.amount, made.currency),
        plan.title if plan else made.plan,
        attempt,
        unattended,
    )
    answer = app.hooks.first("subscriptions_collect", charge=due)
    if answer is None:
        return False
    found = Collection(**answer) if isinstance(answer, Mapping) else answer
    Charge.update(url=found.url).where(Charge.id == made.id).execute()
    if not found.automatic:
        notices.due(row, made, found.url, attempt)
    return True


def settle(made: Charge) -> None:
    """Mark an open charge as paid."""
    Charge.update(status="PAID", paid_at=app.clock.now()).where(Charge.id == made.id).execute()
    amount = Money(made.amount, made.currency)
    app.bus.publish(ChargePaid(**charged(made), kind=made.kind, amount=amount))


def void(row: Subscription) -> None:
    """Let go of what is still to be paid for a subscription."""
    for made in Charge.select().where(Charge.subscription == row.id, Charge.status == "OPEN"):
        Charge.update(status="VOID").where(Charge.id == made.id).execute()
        app.bus.publish(ChargeVoided(**charged(made)))


def charged(made: Charge) -> dict[str, Any]:
    """Return the fields every event about a charge has."""
    return {"charge_id": made.id, "subscription_id": made.__data__["subscription"], "user_id": made.user_id}


def identity(row: Subscription) -> dict[str, Any]:
    """Return the fields every event about a subscription has."""
    return {"subscription_id": row.id, "user_id": row.user_id}

"""What people do: subscribe, change the plan, cancel, think better of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from peewee import IntegrityError

from kernel import Conflict, Forbidden, Money, Principal, app, invalid, violated_constraint
from plugins.subscriptions.events import SubscriptionStarted
from plugins.subscriptions.models import Change, Subscription
from plugins.subscriptions.periods import starts, upgrade_price
from plugins.subscriptions.plans import Plan, Plans
from plugins.subscriptions.problems import NotCollected, SubscriptionExists
from plugins.subscriptions.services import gating
from plugins.subscriptions.services.rows import (
    charge,
    collect,
    end,
    identity,
    locked,
    move,
    open_charge,
    replan,
    void,
)
from plugins.subscriptions.settings import SubscriptionsSettings
from plugins.subscriptions.states import target_of


def subscribe(caller: Principal, name: str, interval: str) -> UUID:
    """Subscribe to a plan: with a trial, if it has one and this is the first; else once it is paid.

    Raises Invalid, NotCollected, and SubscriptionExists: of two at once one is made.
    """
    if caller.id is None:
        raise Forbidden("This takes an account.")
    plan = _offered(name, interval)
    with app.db.atomic():
        tried = Subscription.select().where(Subscription.user_id == caller.id).exists()
        row = _made(caller.id, plan, interval, trial=bool(plan.trial_days) and not tried)
        Change.create(
            subscription=row.id,
            name="subscribe",
            was="",
            status=row.status,
            plan=row.plan,
            actor_id=caller.id,
        )
        _begun(row, plan)
    return row.id


def _offered(name: str, interval: str) -> Plan:
    plans = app.service(Plans)
    plan = plans.get(name)
    if plan is None:
        raise invalid("/plan", f"Use one of {', '.join(each.name for each in plans.all if each.prices)}.")
    if not plan.prices:
        raise invalid("/plan", "This plan takes no subscription: cancel the one there is.")
    if interval not in plan.prices:
        raise invalid("/interval", f"It is offered by the {' and the '.join(plan.prices)}.")
    return plan


def _made(user_id: UUID, plan: Plan, interval: str, *, trial: bool) -> Subscription:
    now, price = app.clock.now(), plan.prices[interval]
    ends = now + timedelta(days=plan.trial_days) if trial else starts(now, interval, 1)
    pay_by = now + timedelta(hours=app.settings.of(SubscriptionsSettings).payment_hours)
    try:
        with app.db.atomic():
            return Subscription.create(
                user_id=user_id, plan=plan.name, interval=interval, status="TRIALING" if trial else "PENDING",
                amount=price.amount, currency=price.currency, anchor_at=ends if trial else now,
                cycle=-1 if trial else 0, period_start=now, period_end=ends, next_plan="", next_interval="",
                cancel_at_period_end=False, due_at=ends if trial else pay_by, attempts=0,
            )  # fmt: skip
    except IntegrityError as ex:
        if violated_constraint(ex) != "subscriptions_subscription_living":
            raise
        there = Subscription.get(Subscription.user_id == user_id, Subscription.ended_at.is_null())
        raise SubscriptionExists("Change it, or cancel it.", subscription_id=str(there.id)) from ex


def _begun(row: Subscription, plan: Plan) -> None:
    if row.status == "TRIALING":
        gating.fit(row.user_id, plan)
        app.bus.publish(SubscriptionStarted(**identity(row), plan=row.plan, trial=True))
        return
    due = charge(row, "period", row.plan, Money(row.amount, row.currency), (row.period_start, row.period_end))
    if not collect(row, due):
        raise NotCollected("No plugin that takes payments for subscriptions is enabled.")


def change(caller: Principal, subscription_id: UUID, version: int | None, name: str, interval: str) -> None:
    """Change the plan or the interval.

    More within the same interval holds once the rest of the period is paid; everything
    else holds from the next period, in a trial at once. The plan there is undoes what
    was to come. Raises NotFound, Invalid, SubscriptionStatus, PreconditionFailed, NotCollected.
    """
    plan = _offered(name, interval)
    with app.db.atomic():
        row = locked(subscription_id, caller, version)
        target_of("change", row.status)
        if _is_unpaid(row):
            raise Conflict("Pay for the period that has begun first.")
        void(row)
        price = plan.prices[interval]
        if row.status == "TRIALING":
            agreed = {"interval": interval, "amount": price.amount, "currency": price.currency}
            replan(row, "change", name, caller.id, cancel_at_period_end=False, **agreed)
        elif _is_more(row, plan) and interval == row.interval:
            _upgrade(row, plan, caller)
        else:
            same = name == row.plan and interval == row.interval
            coming = {"next_plan": "" if same else name, "next_interval": "" if same else interval}
            move(row, "change", caller.id, cancel_at_period_end=False, due_at=row.period_end, **coming)


def _is_unpaid(row: Subscription) -> bool:
    """Say whether the period itself is still to be paid."""
    due = open_charge(row)
    return due is not None and due.kind == "period"


def _is_more(row: Subscription, plan: Plan) -> bool:
    return plan.rank > gating.plan_of(row).rank


def _upgrade(row: Subscription, plan: Plan, caller: Principal) -> None:
    """Have the rest of the period paid; the better plan holds when it is."""
    now, old, new = app.clock.now(), Money(row.amount, row.currency), plan.prices[row.interval]
    price = upgrade_price(old, new, row.period_start, row.period_end, now)
    common: dict[str, Any] = {"cancel_at_period_end": False}
    if price.amount <= 0:
        replan(row, "change", plan.name, caller.id, amount=new.amount, due_at=row.period_end, **common)
        return
    pay_by = now + timedelta(hours=app.settings.of(SubscriptionsSettings).payment_hours)
    due_at = min(row.period_end, pay_by)
    after = move(row, "change", caller.id, next_plan="", next_interval="", due_at=due_at, **common)
    if not collect(after, charge(after, "upgrade", plan.name, price, (now, row.period_end))):
        raise NotCollected("No plugin that takes payments for subscriptions is enabled.")


def cancel(caller: Principal, subscription_id: UUID, version: int | None, *, at_once: bool) -> None:
    """Let a subscription end with its period, or at once (what is not paid yet or past due always does)."""
    with app.db.atomic():
        row = locked(subscription_id, caller, version)
        if at_once or row.status in {"PENDING", "PAST_DUE"}:
            end(row, "cancel_now", caller.id)
            return
        if not (unpaid := _is_unpaid(row)):
            void(row)
        move(
            row, "cancel", caller.id, cancel_at_period_end=True, next_plan="", next_interval="",
            due_at=row.due_at if unpaid else row.period_end,
        )  # fmt: skip


def resume(caller: Principal, subscription_id: UUID, version: int | None) -> None:
    """Take a cancellation at the period's end back."""
    with app.db.atomic():
        row = locked(subscription_id, caller, version)
        move(row, "resume", caller.id, cancel_at_period_end=False)

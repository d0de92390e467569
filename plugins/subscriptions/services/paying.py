"""What follows when a charge is paid, or will not be. Whoever collects says so, as often as they like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import NotFound, app
from plugins.subscriptions import notices
from plugins.subscriptions.events import SubscriptionLapsed, SubscriptionStarted
from plugins.subscriptions.models import Charge, Subscription
from plugins.subscriptions.periods import starts
from plugins.subscriptions.plans import Plans
from plugins.subscriptions.problems import ChargeVoid
from plugins.subscriptions.services import gating
from plugins.subscriptions.services.rows import end, held, identity, move, replan, settle


def paid(charge_id: UUID) -> None:
    """Take a charge as paid, once. Raises NotFound, and ChargeVoid when the money is to go back."""
    with app.db.atomic():
        row, due = _locked(charge_id)
        if due.status == "PAID":
            return
        if due.status == "VOID":
            raise ChargeVoid("The subscription ended or changed meanwhile.", charge_id=str(due.id))
        settle(due)
        if due.kind == "upgrade":
            replan(row, "pay", due.plan, None, due_at=row.period_end, amount=_agreed(row, due))
        elif row.status == "PENDING":
            _start(row, due)
        else:
            move(row, "pay", None, due_at=row.period_end, attempts=0)


def declined(charge_id: UUID) -> None:
    """Take notice that a charge will not be paid by itself; harmless when that is known or over.

    What was never paid ends, an upgrade is dropped, a renewal is past due and collected anew: its
    subscriber is told, once an attempt.
    """
    with app.db.atomic():
        row, due = _locked(charge_id)
        if due.status != "OPEN":
            return
        if row.status == "PENDING":
            end(row, "expire", None)
        elif due.kind == "upgrade":
            Charge.update(status="VOID").where(Charge.id == due.id).execute()
        else:
            if row.status == "ACTIVE":
                lapse(row)
            notices.declined(row, due)


def unconfirmed(charge_id: UUID) -> None:
    """Tell a subscriber that their bank wants them to confirm a charge; harmless when it is over."""
    with app.db.atomic():
        row, due = _locked(charge_id)
        if due.status == "OPEN":
            notices.unconfirmed(row, due)


def lapse(row: Subscription, **changes: Any) -> Subscription:
    """Mark a locked subscription as past due."""
    after = move(row, "lapse", None, **changes)
    if row.status != "PAST_DUE":
        app.bus.publish(SubscriptionLapsed(**identity(after), plan=after.plan))
    return after


def _locked(charge_id: UUID) -> tuple[Subscription, Charge]:
    """Return a charge with its subscription locked: the order everybody locks in."""
    found = Charge.get_or_none(Charge.id == charge_id)
    row = held(Subscription.id == found.__data__["subscription"]) if found else None
    if row is None:
        raise NotFound
    return row, Charge.get_by_id(charge_id)


def _agreed(row: Subscription, due: Charge) -> int:
    """Return the price of the plan that was bought; the old one when it is not offered any more."""
    plan = app.service(Plans).get(due.plan)
    return plan.prices[row.interval].amount if plan and row.interval in plan.prices else row.amount


def _start(row: Subscription, due: Charge) -> None:
    """Begin a subscription with its first payment: the period is counted from here."""
    now = app.clock.now()
    ends = starts(now, row.interval, 1)
    span = {"period_start": now, "period_end": ends}
    Charge.update(**span).where(Charge.id == due.id).execute()
    after = move(row, "pay", None, anchor_at=now, due_at=ends, **span)
    gating.fit(row.user_id, gating.plan_of(after))
    app.bus.publish(SubscriptionStarted(**identity(after), plan=after.plan, trial=False))


def days(row: Subscription) -> timedelta | None:
    """Return how long the next step of collecting a renewal waits; None when that was the last."""
    schedule = app.service(Plans).dunning
    if row.attempts + 1 >= len(schedule):
        return None
    return timedelta(days=schedule[row.attempts + 1] - schedule[row.attempts])

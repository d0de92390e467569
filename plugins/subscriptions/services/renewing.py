"""What the clock does: renew, switch, collect anew, end. Each step once, however often the job runs.

Each is a transaction of its own that locks one due subscription and looks again,
so several workers do no harm and one fault holds nobody else up. The period's
charge has a unique index besides: nothing can charge a period twice.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog

from kernel import Money, Problem, app
from plugins.subscriptions.events import SubscriptionChanged, SubscriptionRenewed
from plugins.subscriptions.models import Charge, Subscription
from plugins.subscriptions.periods import starts
from plugins.subscriptions.plans import Plans
from plugins.subscriptions.services import gating
from plugins.subscriptions.services.paying import days, lapse
from plugins.subscriptions.services.rows import charge, collect, end, identity, move, open_charge, void

log = structlog.get_logger(__name__)


def take_due_steps() -> int:
    """Take every step whose time has come; return how many there were."""
    taken, stuck = 0, [UUID(int=0)]
    while (row_id := _next(stuck)) is not None:
        try:
            taken += _step(row_id)
        except Problem as ex:
            # A plugin that fits or collects refused: the others must not wait for it; tried again next time.
            log.warning("subscription_step_refused", subscription=str(row_id), problem=ex.type)
            stuck.append(row_id)
    return taken


def _next(stuck: list[UUID]) -> UUID | None:
    found = (
        Subscription.select(Subscription.id)
        .where(Subscription.due_at <= app.clock.now(), Subscription.id.not_in(stuck))
        .order_by(Subscription.due_at, Subscription.id)
        .first()
    )
    return found.id if found else None


def _step(subscription_id: UUID) -> int:
    with app.db.atomic():
        due = Subscription.select().where(
            Subscription.id == subscription_id, Subscription.due_at <= app.clock.now()
        )
        row: Subscription | None = due.for_update().first()
        if row is None:
            return 0  # another worker took it
        _carried_on(row)
        return 1


def _carried_on(row: Subscription) -> None:
    open_one = open_charge(row)
    if row.status == "PENDING":
        end(row, "expire", None)
    elif open_one is not None and open_one.kind == "period":
        _collect_anew(row, open_one)
    elif app.clock.now() < row.period_end:
        void(row)  # an upgrade nobody paid
        Subscription.compare_and_set(row.id, row.version, due_at=row.period_end)
    else:
        void(row)
        _next_period(row)


def _collect_anew(row: Subscription, due: Charge) -> None:
    wait = days(row)
    if wait is None:
        end(row, "expire", None)
        return
    after = lapse(row, attempts=row.attempts + 1, due_at=app.clock.now() + wait)
    collect(after, due, after.attempts, unattended=True)


def _next_period(row: Subscription) -> None:
    plans = app.service(Plans)
    plan = plans.get(row.next_plan or row.plan)
    interval = row.next_interval or row.interval
    if row.cancel_at_period_end or plan is None or interval not in plan.prices:
        end(row, "end", None)  # cancelled, or not offered any more
        return
    price = plan.prices[interval] if row.next_plan else Money(row.amount, row.currency)
    after = _renewed(row, plan.name, interval, price)
    if plan.name != row.plan:
        _switched(row, after)
    app.bus.publish(
        SubscriptionRenewed(
            **identity(after),
            plan=after.plan,
            period_start=after.period_start,
            period_end=after.period_end,
        )
    )
    made = charge(after, "period", after.plan, price, (after.period_start, after.period_end))
    collect(after, made, unattended=True)


def _renewed(row: Subscription, plan: str, interval: str, price: Money) -> Subscription:
    """Move a subscription to its next period; another interval is counted from here."""
    anchor, number = (row.anchor_at, row.cycle + 1) if interval == row.interval else (row.period_end, 0)
    span = (starts(anchor, interval, number), starts(anchor, interval, number + 1))
    first_wait = timedelta(days=app.service(Plans).dunning[0])
    return move(
        row, "renew", None, plan=plan, interval=interval, amount=price.amount, currency=price.currency,
        anchor_at=anchor, cycle=number, period_start=span[0], period_end=span[1], next_plan="",
        next_interval="", due_at=app.clock.now() + first_wait, attempts=0,
    )  # fmt: skip


def _switched(before: Subscription, after: Subscription) -> None:
    """Fit what there is to the plan that was to come, and tell of it."""
    gating.fit(after.user_id, gating.plan_of(after))
    app.bus.publish(SubscriptionChanged(**identity(after), was=before.plan, plan=after.plan))

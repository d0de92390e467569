"""Read paths: plans, what somebody has, subscriptions and their charges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Forbidden, Money, NotFound, Page, Principal, app, paginate
from plugins.subscriptions.models import Change, Charge, Subscription
from plugins.subscriptions.permissions import MANAGE
from plugins.subscriptions.plans import Plan, Plans
from plugins.subscriptions.services import gating
from plugins.subscriptions.services.rows import open_charge
from plugins.subscriptions.states import allowed_from


def plans() -> list[dict[str, Any]]:
    """Return the plans, from the least to the most."""
    return [_plan(plan) for plan in app.service(Plans).all]


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "title": plan.title,
        "limits": dict(plan.limits),
        "features": list(plan.features),
        "prices": dict(plan.prices),
        "trial_days": plan.trial_days,
    }


def current(caller: Principal) -> dict[str, Any]:
    """Return what the caller's plan is, and how much of it is used. A statement for each meter, and two."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    row = gating.living([caller.id]).get(caller.id)
    plan = gating.plan_of(row)
    return {
        "plan": plan.name,
        "title": plan.title,
        "features": list(plan.features),
        "usage": gating.usage(caller.id, row),
        "subscription_id": row.id if row else None,
    }


def mine(caller: Principal, cursor: str | None, limit: int, user_id: UUID | None) -> Page[dict[str, Any]]:
    """Return a page of the caller's subscriptions (or of `user_id`'s, for managers), the latest first."""
    whose = user_id or caller.id
    if whose != caller.id and not caller.can(MANAGE):
        raise Forbidden(f"It takes {MANAGE}.")
    query = Subscription.select().where(Subscription.user_id == whose)
    page = paginate(query, (Subscription.id.desc(),), cursor=cursor, limit=limit)
    return Page([_item(row) for row in page.items], page.next)


def everybodys(asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of all subscriptions, the latest first. One statement."""
    query = Subscription.select()
    for name in ("status", "plan"):
        if name in asked:
            query = query.where(getattr(Subscription, name) == asked[name])
    page = paginate(query, (Subscription.id.desc(),), cursor=asked["cursor"], limit=asked["limit"])
    return Page([_item(row) for row in page.items], page.next)


def one(subscription_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return a subscription with what is to be paid; raise NotFound unless it is the viewer's to see."""
    row = _visible(subscription_id, viewer)
    due = open_charge(row)
    return _item(row) | {"due": _charge(due) if due else None, "allowed": allowed_from(row.status)}


def charges(subscription_id: UUID, viewer: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of what was charged for a subscription, the latest first. Two statements."""
    row = _visible(subscription_id, viewer)
    query = Charge.select().where(Charge.subscription == row.id)
    page = paginate(query, (Charge.id.desc(),), cursor=cursor, limit=limit)
    return Page([_charge(each) for each in page.items], page.next)


def history(subscription_id: UUID, viewer: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of the changes of a subscription, the earliest first. Two statements."""
    row = _visible(subscription_id, viewer)
    query = Change.select().where(Change.subscription == row.id)
    page = paginate(query, (Change.id,), cursor=cursor, limit=limit)
    kept = ("name", "was", "status", "plan", "actor_id")
    items = [{name: each.__data__[name] for name in kept} | {"at": each.created_at} for each in page.items]
    return Page(items, page.next)


def _visible(subscription_id: UUID, viewer: Principal) -> Subscription:
    row: Subscription | None = Subscription.get_or_none(Subscription.id == subscription_id)
    if row is None or not (row.user_id == viewer.id or viewer.can(MANAGE)):
        raise NotFound
    return row


def _item(row: Subscription) -> dict[str, Any]:
    kept = (
        "id", "user_id", "plan", "interval", "status", "period_start", "period_end", "cancel_at_period_end",
        "created_at", "ended_at", "version",
    )  # fmt: skip
    return {name: row.__data__[name] for name in kept} | {
        "price": Money(row.amount, row.currency),
        "next_plan": row.next_plan or None,
        "next_interval": row.next_interval or None,
    }


def _charge(row: Charge) -> dict[str, Any]:
    kept = ("id", "kind", "plan", "period_start", "period_end", "status", "created_at", "paid_at")
    return {name: row.__data__[name] for name in kept} | {
        "amount": Money(row.amount, row.currency),
        "url": row.url or None,
    }

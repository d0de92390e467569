"""The gate: what somebody's plan allows, asked and used under the lock of the usage's row.

Two who use the last of something at once wait for each other, so one gets
LimitReached. The plan is read after the lock: whoever changes it takes the same
lock (`fit`), so what was let through before is seen by what fits afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import StoaError, app
from plugins.subscriptions.models import Subscription
from plugins.subscriptions.plans import Plan, Plans
from plugins.subscriptions.problems import FeatureMissing, LimitReached
from plugins.subscriptions.states import ENTITLED
from plugins.subscriptions.values import Meters

_LOCK: Final = """
INSERT INTO subscriptions_usage (user_id, meter, used, since) VALUES (%(user_id)s, %(meter)s, 0, %(now)s)
ON CONFLICT (user_id, meter) DO UPDATE SET used = subscriptions_usage.used
RETURNING used, since
"""
_SET: Final = """
UPDATE subscriptions_usage SET used = %(used)s, since = %(since)s
WHERE user_id = %(user_id)s AND meter = %(meter)s
"""
_USAGE: Final = "SELECT meter, used, since FROM subscriptions_usage WHERE user_id = %(user_id)s"


class OverReleased(StoaError):  # noqa: N818 - named as its siblings among the problems
    """More of a meter was released than was consumed: the caller's mistake."""


def living(user_ids: Iterable[UUID]) -> dict[UUID, Subscription]:
    """Return the subscriptions whose plans hold, by person; one statement."""
    found = Subscription.select().where(
        Subscription.user_id.in_(sorted(set(user_ids))),
        Subscription.ended_at.is_null(),
        Subscription.status.in_(ENTITLED),
    )
    return {row.user_id: row for row in found}


def plan_of(row: Subscription | None) -> Plan:
    """Return what a subscription (None: none) allows; the first plan when its own is not offered any more."""
    plans = app.service(Plans)
    return (plans.get(row.plan) if row else None) or plans.free


def gate(user_id: UUID, meter: str, more: int = 0) -> None:
    """Raise LimitReached unless a person's plan allows what there is of a meter and `more`.

    For meters with `count`; in the caller's transaction, which holds the lock to its end.
    """
    count = app.service(Meters).named(meter).count
    assert count is not None, f"{meter} is counted by consume() and release()"
    with app.db.atomic():
        _locked(user_id, meter)
        _allow(meter, count(user_id) + more, living([user_id]).get(user_id))


def consume(user_id: UUID, meter: str, quantity: int = 1) -> int:
    """Use some of a meter that is counted here; return how much is used then. Raises LimitReached."""
    with app.db.atomic():
        used, since = _locked(user_id, meter)
        row = living([user_id]).get(user_id)
        used, since = _current(used, since, meter, row)
        _allow(meter, used + quantity, row)
        _write(user_id, meter, used + quantity, since)
        return used + quantity


def release(user_id: UUID, meter: str, quantity: int = 1) -> int:
    """Give back what was consumed; return how much is used then."""
    with app.db.atomic():
        used, since = _locked(user_id, meter)
        used, since = _current(used, since, meter, living([user_id]).get(user_id))
        if app.service(Meters).named(meter).resets:
            quantity = min(quantity, used)  # what was used before the count began anew
        if quantity > used:
            raise OverReleased(f"{user_id} has {used} of {meter}, {quantity} cannot be released")
        _write(user_id, meter, used - quantity, since)
        return used - quantity


def require(user_id: UUID, feature: str) -> None:
    """Raise FeatureMissing unless a person's plan has a feature."""
    plan = plan_of(living([user_id]).get(user_id))
    if feature not in plan.features:
        better = app.service(Plans).offering(feature)
        told = f"{better.title} has it." if better else "No plan has it."
        raise FeatureMissing(told, feature=feature, plan=plan.name, upgrade=better.name if better else None)


def usage(user_id: UUID, row: Subscription | None) -> list[dict[str, Any]]:
    """Return every meter with what is used of it and what the plan allows."""
    kept = {meter: (used, since) for meter, used, since in app.db.rows(_USAGE, {"user_id": user_id})}
    plan = plan_of(row)
    return [
        {
            "meter": meter.name,
            "title": meter.title,
            "used": meter.count(user_id) if meter.count else _counted(kept, meter.name, row),
            "limit": plan.limit(meter.name),
        }
        for meter in app.service(Meters).all
    ]


def fit(user_id: UUID, plan: Plan) -> None:
    """Let the owners of meters bring what there is to what a changed plan allows."""
    for meter in sorted(app.service(Meters).all, key=lambda each: each.name):
        if meter.fit is not None:
            _locked(user_id, meter.name)
            meter.fit(user_id, plan.limit(meter.name))


def fit_one(user_id: UUID, meter: str) -> None:
    """Bring a meter to what the plan allows now: something of it went, so what was held back may come."""
    found = app.service(Meters).named(meter)
    assert found.fit is not None, f"{meter} holds nothing back"
    with app.db.atomic():
        _locked(user_id, meter)
        found.fit(user_id, plan_of(living([user_id]).get(user_id)).limit(meter))


def _counted(kept: Mapping[str, tuple[int, datetime]], meter: str, row: Subscription | None) -> int:
    used, since = kept.get(meter, (0, app.clock.now()))
    return _current(used, since, meter, row)[0]


def _current(used: int, since: datetime, meter: str, row: Subscription | None) -> tuple[int, datetime]:
    """Return the count of the present period: from zero when a meter that resets was counted before it."""
    if not app.service(Meters).named(meter).resets:
        return used, since
    now = app.clock.now()
    begun = row.period_start if row else now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (used, since) if since >= begun else (0, now)


def _locked(user_id: UUID, meter: str) -> tuple[int, datetime]:
    [(used, since)] = app.db.rows(_LOCK, {"user_id": user_id, "meter": meter, "now": app.clock.now()})
    return used, since


def _write(user_id: UUID, meter: str, used: int, since: datetime) -> None:
    app.db.execute_sql(_SET, {"user_id": user_id, "meter": meter, "used": used, "since": since})


def _allow(meter: str, wanted: int, row: Subscription | None) -> None:
    plan = plan_of(row)
    limit = plan.limit(meter)
    if limit is None or wanted <= limit:
        return
    better = app.service(Plans).lifting(meter, wanted)
    told = f"{plan.title} allows {limit}. " + (f"{better.title} allows more." if better else "")
    raise LimitReached(
        told.strip(),
        meter=meter,
        limit=limit,
        plan=plan.name,
        upgrade=better.name if better else None,
    )

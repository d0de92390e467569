"""Plans of the people of the demo: a third has Premium, the others Standard, paid for the year."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import DemoNotes
from plugins.accounts import api as accounts
from plugins.subscriptions.models import Charge, Subscription
from plugins.subscriptions.periods import starts
from plugins.subscriptions.plans import Plans

if TYPE_CHECKING:
    from kernel import Application

PEOPLE: Final = 39
PAID_DAYS_AGO: Final = 30


def load(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    """Write a subscription with its charge for each person; those there are stay."""
    best = [plan for plan in app.service(Plans).all if "year" in plan.prices]
    if best:
        with app.db.atomic():
            for number in range(1, PEOPLE + 1):
                _write(app, number, best[-1 if number % 3 == 0 else 0])
    progress(PEOPLE, PEOPLE)
    return DemoNotes()


def _write(app: Application, number: int, plan: Any) -> None:
    begun = app.clock.now() - timedelta(days=PAID_DAYS_AGO)
    user_id, ends = accounts.demo_user(number), starts(begun, "year", 1)
    same = {
        "user_id": user_id, "plan": plan.name, "amount": plan.prices["year"].amount, "cycle": 0,
        "currency": plan.prices["year"].currency, "period_start": begun, "period_end": ends,
    }  # fmt: skip
    made = Subscription.insert(
        id=_id(f"subscription {number}"), interval="year", status="ACTIVE", anchor_at=begun, next_plan="",
        next_interval="", cancel_at_period_end=False, due_at=ends, attempts=0, **same,
    ).on_conflict_ignore().returning(Subscription.id).execute()  # fmt: skip
    for row in made:
        Charge.insert(
            id=_id(f"charge {number}"), subscription=row.id, kind="period", status="PAID", url="",
            paid_at=begun, **same,
        ).execute()  # fmt: skip


def _id(name: str) -> UUID:
    """Return the id of a demo row, the same everywhere."""
    return UUID(bytes=hashlib.sha256(f"stoa demo {name}".encode()).digest()[:16], version=4)

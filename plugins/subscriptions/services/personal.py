"""What is stored about a person: hand it over, or erase it.

Charges are records of what was paid: they stay, under an id that leads nowhere any more.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.subscriptions.models import Subscription, Usage
from plugins.subscriptions.services.rows import end, held

_SUBSCRIPTIONS: Final = """
SELECT id, plan, interval, status, amount, currency, period_start, period_end, created_at, ended_at
FROM subscriptions_subscription WHERE user_id = %(id)s ORDER BY id
"""
_CHARGES: Final = """
SELECT charge.id, charge.kind, charge.plan, charge.amount, charge.currency, charge.status, charge.paid_at
FROM subscriptions_charge AS charge WHERE charge.user_id = %(id)s ORDER BY charge.id
"""
_USAGE: Final = "SELECT meter, used, since FROM subscriptions_usage WHERE user_id = %(id)s ORDER BY meter"


def export(user_id: UUID) -> dict[str, Any]:
    """Return a person's subscriptions, what was charged for them, and what was used."""
    asked = {"id": user_id}
    return {
        "subscriptions": app.db.dicts(_SUBSCRIPTIONS, asked),
        "charges": app.db.dicts(_CHARGES, asked),
        "usage": app.db.dicts(_USAGE, asked),
    }


def erase(user_id: UUID) -> None:
    """End a person's subscription and forget what was used; a second time changes nothing."""
    row = held(Subscription.user_id == user_id, Subscription.ended_at.is_null())
    if row is not None:
        end(row, "cancel_now", None)
    Usage.delete().where(Usage.user_id == user_id).execute()

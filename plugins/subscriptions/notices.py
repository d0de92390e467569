"""The messages subscriptions send, and the types under which people know them."""

from __future__ import annotations

from typing import Final

from kernel import Money
from plugins.notifications.api import NotificationType, send
from plugins.subscriptions.models import Charge, Subscription

TYPES: Final = (
    NotificationType("subscriptions.due", "A payment for your subscription is due"),
    NotificationType("subscriptions.overdue", "A payment for your subscription is overdue", digestible=False),
    NotificationType(
        "subscriptions.declined", "A payment for your subscription was declined", digestible=False
    ),
    NotificationType("subscriptions.confirm", "Your bank wants you to confirm a payment", digestible=False),
    NotificationType("subscriptions.ended", "Your subscription ended"),
)


def due(row: Subscription, charge: Charge, url: str, attempt: int) -> None:
    """Tell what is to be paid, and where; each attempt once."""
    _send("overdue" if attempt else "due", row, charge, url, attempt)


def declined(row: Subscription, charge: Charge) -> None:
    """Tell that what the subscriber let be charged was declined; each attempt once."""
    _send("declined", row, charge, charge.url, row.attempts)


def unconfirmed(row: Subscription, charge: Charge) -> None:
    """Tell that the subscriber's bank wants them to confirm a charge; each attempt once."""
    _send("confirm", row, charge, charge.url, row.attempts)


def _send(name: str, row: Subscription, charge: Charge, url: str, attempt: int) -> None:
    data = {
        "plan": charge.plan,
        "amount": str(Money(charge.amount, charge.currency)),
        "url": url or f"/v1/subscriptions/{row.id}",
    }
    send(f"subscriptions.{name}", row.user_id, data, key=f"{charge.id}:{attempt}")


def ended(row: Subscription) -> None:
    """Tell that a plan is over."""
    data = {"plan": row.plan, "url": f"/v1/subscriptions/{row.id}"}
    send("subscriptions.ended", row.user_id, data, key=str(row.id))

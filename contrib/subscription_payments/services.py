"""A charge and its payment: each follows the other, and neither knows of it.

The payment's `ref` is the charge's, `charge:<id>`. All of it is the platform's
commission: the payee of the split is nobody's account and gets nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel import app
from plugins.payments import api as payments
from plugins.subscriptions import api as subscriptions

PREFIX: Final = "charge:"
ACTOR: Final = "system"
PLATFORM: Final = UUID(int=0)
OPEN_DAYS: Final = timedelta(days=30)
"""Longer than any charge is collected: the subscription decides when it is over, not the payment."""


def collect(charge: subscriptions.Due) -> subscriptions.Collection:
    """Make the payment of a charge due, and of a renewal have it made if its payer agreed to that.

    The same one however often it is collected, and one attempt at a time.
    """
    amount = charge.amount.amount
    due = payments.demand(
        charge.ref,
        charge.payer_id,
        [payments.Split(PLATFORM, amount, amount)],
        charge.amount.currency,
        charge.description,
        expires_at=app.clock.now() + OPEN_DAYS,
    )
    automatic = charge.unattended and payments.charge_kept(due.id, ACTOR)
    return subscriptions.Collection(url=f"/v1/payments/{due.id}", automatic=automatic)


def charge_of(ref: str) -> UUID | None:
    """Return which charge a payment is for; None when it is for something else."""
    return UUID(ref.removeprefix(PREFIX)) if ref.startswith(PREFIX) else None


def paid(payment_id: UUID, charge_id: UUID) -> None:
    """Take a charge as paid; one that is void meanwhile is paid back."""
    try:
        with app.db.atomic():
            subscriptions.paid(charge_id)
    except subscriptions.ChargeVoid:
        payments.refund(payment_id, None, ACTOR, "It was not to be paid any more.")


def dropped(charge_id: UUID) -> None:
    """End the payment of a charge that is not to be paid any more, unless it was paid just now."""
    ref = f"{PREFIX}{charge_id}"
    due = payments.of_refs([ref]).get(ref)
    if due is not None and due.is_open:
        payments.cancel(due.id, ACTOR, "It is not to be paid any more.")

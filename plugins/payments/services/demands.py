"""Payments that become due, and that are no longer to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from peewee import IntegrityError

from kernel import Money, app, invalid, uuid7, violated_constraint
from plugins.payments.events import PaymentCancelled, PaymentExpired
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.problems import InProgress, PaymentDiffers
from plugins.payments.services import operations
from plugins.payments.services.rows import facts, locked, move
from plugins.payments.settings import PaymentsSettings
from plugins.payments.states import ENDED

Capture = Literal["automatic", "manual"]


@dataclass(frozen=True, slots=True)
class Share:
    """What one payee is to get: `amount` less `commission`, both minor units."""

    payee_id: UUID
    amount: int
    commission: int = 0


def shares(total: Money, weights: Sequence[tuple[UUID, int]], commission: Money) -> list[Share]:
    """Split a total and its commission over payees by weight, by largest remainder.

    Not a unit is lost: amounts sum to the total, commissions to the commission.
    """
    amounts = total.allocate([weight for _, weight in weights])
    commissions = commission.allocate([one.amount for one in amounts])
    return [
        Share(payee, amount.amount, part.amount)
        for (payee, _), amount, part in zip(weights, amounts, commissions, strict=True)
    ]


def demand(
    ref: str,
    payer_id: UUID,
    splits: Sequence[Share],
    currency: str,
    description: str,
    *,
    capture: Capture = "automatic",
    escrow: bool = False,
    expires_at: datetime | None = None,
    purpose: Literal["payment", "topup"] = "payment",
) -> Payment:
    """Make a payment due; asked for again under the same terms, it is the same payment.

    In the caller's transaction, if there is one. Raises Invalid for amounts that
    make no sense, PaymentDiffers when `ref` has a payment with other terms.
    """
    _check(payer_id, splits, purpose)
    amount = Money.sum((Money(one.amount, currency) for one in splits), currency).amount
    with app.db.atomic():
        known = _open(ref)
        if known is None:
            return _made(
                splits, ref=ref, purpose=purpose, payer_id=payer_id, amount=amount, currency=currency,
                capture=capture, escrow=escrow, description=description, expires_at=expires_at or _expiry(),
            )  # fmt: skip
        if (known.payer_id, known.amount, known.currency) != (payer_id, amount, currency):
            raise PaymentDiffers(f"{ref} has a payment of another amount or payer.")
        return known


def cancel(payment_id: UUID, actor: str, reason: str) -> Payment:
    """End a payment that was not captured; raise PaymentStatus or InProgress."""
    return _ended(payment_id, "CANCELLED", actor, reason)


def expire(payment_id: UUID) -> Payment:
    """End a payment whose time is over; raise PaymentStatus or InProgress."""
    return _ended(payment_id, "EXPIRED", "system", "Nobody paid in time.")


def _ended(payment_id: UUID, target: str, actor: str, reason: str) -> Payment:
    with app.db.atomic():
        payment = locked(payment_id)
        if Operation.select().where(Operation.payment_id == payment.id, operations.EXCLUSIVE).exists():
            raise InProgress
        move(payment, target, actor, reason)
        if payment.intent:
            operations.begin("void", payment, actor, reason)
        event = PaymentCancelled if target == "CANCELLED" else PaymentExpired
        app.bus.publish(event(**facts(payment)))
        return payment


def _check(payer_id: UUID, splits: Sequence[Share], purpose: str) -> None:
    if not splits:
        raise invalid("/splits", "Somebody must be paid.")
    for number, one in enumerate(splits):
        if one.amount <= 0 or not 0 <= one.commission <= one.amount:
            raise invalid(f"/splits/{number}", "Amounts are positive, a commission at most the amount.")
        if one.payee_id == payer_id and purpose != "topup":
            raise invalid(f"/splits/{number}/payee_id", "Nobody pays themselves.")


def _open(ref: str) -> Payment | None:
    found: Payment | None = (
        Payment.select().where(Payment.ref == ref, Payment.status.not_in(ENDED)).for_update().first()
    )
    return found


def _made(splits: Sequence[Share], **fields: object) -> Payment:
    try:
        with app.db.atomic():
            payment = Payment.create(
                id=uuid7(), status="DUE", refunded=0, source="", intent=None, client={}, failure="",
                captured_at=None, version=1, **fields,
            )  # fmt: skip
    except IntegrityError as ex:
        if violated_constraint(ex) != "payments_payment_of_ref":
            raise
        raise InProgress("The same payment is being made due at this moment.") from ex
    now = app.clock.now()
    common = {
        "payment_id": payment.id, "payer_id": payment.payer_id, "currency": payment.currency,
        "escrow": payment.escrow, "refunded": 0, "refunded_commission": 0, "state": "PENDING",
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    Split.insert_many(
        [
            {"id": uuid7(), "payee_id": s.payee_id, "amount": s.amount, "commission": s.commission, **common}
            for s in splits
        ]
    ).execute()
    return payment


def _expiry() -> datetime | None:
    minutes = app.settings.of(PaymentsSettings).expiry_minutes
    return app.clock.now() + timedelta(minutes=minutes) if minutes else None

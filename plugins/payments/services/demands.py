"""Payments that become due, and that are no longer to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from peewee import fn

from kernel import Money, Prepared, Statement, app, arg, invalid, uuid7
from plugins.payments.events import PaymentCancelled, PaymentExpired
from plugins.payments.models import Operation, Payment
from plugins.payments.problems import InProgress, PaymentDiffers
from plugins.payments.services import operations
from plugins.payments.services.rows import as_row, facts, locked, move
from plugins.payments.settings import PaymentsSettings
from plugins.payments.states import ENDED

Capture = Literal["automatic", "manual"]
LARGEST: Final = 10**14
"""The largest payment, in minor units: balances are sums of many, and a BIGINT ends at 92,233 of these."""
_ATTEMPTS: Final = 3
_LATEST: Final = Prepared(
    lambda: (
        Payment.select()
        .where(Payment.ref == arg("ref"), Payment.status != fn.ALL(arg("ended")))
        .order_by(Payment.id.desc())
        .limit(1)
    )
)
# Of two that make the payment of one ref due, the second waits for the first and then finds its payment.
_MAKE: Final = Statement("""
WITH made AS (
    INSERT INTO payments_payment (id, created_at, updated_at, ref, purpose, payer_id, amount, currency,
        refunded, status, capture, escrow, description, source, intent, client, failure, expires_at,
        captured_at, frozen, version)
    SELECT %(id)s, %(now)s, %(now)s, %(ref)s, %(purpose)s, %(payer_id)s, %(amount)s, %(currency)s, 0,
        'DUE', %(capture)s, %(escrow)s, %(description)s, '', NULL, '{}', '', %(expires_at)s, NULL, false, 1
    WHERE NOT (%(once)s AND EXISTS (SELECT FROM payments_payment WHERE ref = %(ref)s))
    ON CONFLICT (ref) WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') DO NOTHING
    RETURNING *
), parts AS (
    INSERT INTO payments_split (id, created_at, updated_at, payment_id, payee_id, payer_id, currency, amount,
        commission, refunded, refunded_commission, escrow, state)
    SELECT part.id, %(now)s, %(now)s, made.id, part.payee_id, made.payer_id, made.currency, part.amount,
        part.commission, 0, 0, made.escrow, 'PENDING'
    FROM made,
        unnest(%(splits)s::uuid[], %(payees)s::uuid[], %(amounts)s::bigint[], %(commissions)s::bigint[])
        AS part (id, payee_id, amount, commission)
)
SELECT * FROM made
""")


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
    once: bool = False,
) -> Payment:
    """Make a payment due; asked for again under the same terms, it is the same payment.

    With `once` also when that has ended, else another is made then.
    In the caller's transaction, if there is one. Raises Invalid for amounts that
    make no sense, PaymentDiffers when `ref` has a payment with other terms.
    """
    _check(payer_id, splits, purpose)
    amount = Money.sum((Money(one.amount, currency) for one in splits), currency).amount
    for _ in range(_ATTEMPTS):
        known = _made(
            splits, ref=ref, purpose=purpose, payer_id=payer_id, amount=amount, currency=currency,
            capture=capture, escrow=escrow, description=description, expires_at=expires_at or _expiry(),
            once=once,
        ) or _latest(ref, once=once)  # fmt: skip
        if known is None:
            continue  # the one that was there has ended between the two statements
        if (known.payer_id, known.amount, known.currency) != (payer_id, amount, currency):
            raise PaymentDiffers(f"{ref} has a payment of another amount or payer.")
        return known
    raise InProgress("The payment of this is being made and ended at this moment.")


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
    if sum(one.amount for one in splits) > LARGEST:
        raise invalid("/splits", f"At most {LARGEST} in all.")


def _latest(ref: str, *, once: bool) -> Payment | None:
    """Return the payment of a ref that has not ended; with `once` the latest of all."""
    rows = _LATEST.dicts(app.db, ref=ref, ended=[] if once else list(ENDED))
    return as_row(Payment, rows[0]) if rows else None


def _made(splits: Sequence[Share], **fields: object) -> Payment | None:
    """Store a payment and its splits in one statement; None when its ref has an open one already."""
    payment_id = uuid7()  # before its splits': what happens to it is told before what happens to them
    parts = {
        "splits": [uuid7() for _ in splits],
        "payees": [one.payee_id for one in splits],
        "amounts": [one.amount for one in splits],
        "commissions": [one.commission for one in splits],
    }
    rows = app.db.dicts(_MAKE, {"id": payment_id, "now": app.clock.now(), **fields, **parts})
    return as_row(Payment, rows[0]) if rows else None


def _expiry() -> datetime | None:
    minutes = app.settings.of(PaymentsSettings).expiry_minutes
    return app.clock.now() + timedelta(minutes=minutes) if minutes else None

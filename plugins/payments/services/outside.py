"""Refunds that were made in a gateway's own console: the books follow what has happened there.

The money is gone, so this refuses nothing that is true: what a payee has spent meanwhile
is the platform's loss, taken from its commission. Each refund is booked once, by the
gateway's name for it, under the payment's lock.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from kernel import app
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.ports import Intent, Result
from plugins.payments.problems import InsufficientFunds
from plugins.payments.services import failures, operations, refunds
from plugins.payments.services.ledger import Leg, post, shared
from plugins.payments.services.rows import locked, splits_of

log = structlog.get_logger(__name__)
REASON = "Refunded at the gateway."


def record(gateway: str, result: Result, of: Intent) -> tuple[str, UUID | None]:
    """Book a refund nobody here asked for; `of` names the payment's intent, and what went back of it.

    Return the outcome in a word, and the payment.
    """
    named = (Payment.source == gateway) & (Payment.intent == of.ref)
    found = Payment.select(Payment.id).where(named).first()
    if found is None or result.status != "done":
        return "unknown", None
    payment = locked(found.id)
    seen = (Operation.gateway == gateway) & (Operation.result_ref == result.ref)
    if Operation.select().where(seen).exists():
        return "known", payment.id
    if not _makes_sense(payment, of):
        log.error("refund_differs", payment_id=str(payment.id), gateway=gateway, refund=result.ref)
        return "differs", payment.id
    _book(payment, result, of.amount)
    return "refunded", payment.id


def _makes_sense(payment: Payment, of: Intent) -> bool:
    """Say whether so much can have gone back: in the payment's currency, no more than was left."""
    left = payment.amount - payment.refunded
    return payment.status == "CAPTURED" and of.currency == payment.currency and 0 < of.amount <= left


def _book(payment: Payment, result: Result, amount: int) -> None:
    actor = f"gateway:{payment.source}"
    splits = splits_of(payment)
    # What a refund of ours has taken already, and will put back when the gateway refuses it, is not here.
    ours = min(amount, sum(one.amount - one.refunded for one in splits))
    parts = refunds.divided(splits, ours) if ours else {}
    operation = operations.begin(
        "refund", payment, actor, REASON,
        amount=amount, parts=parts, state="DONE", result_ref=result.ref,
    )  # fmt: skip
    _post(payment, operation, splits, ours)
    for split in splits:
        if str(split.id) in parts:
            refunds.take(payment, split, parts[str(split.id)], actor, REASON)
    failures.judge(payment)
    refunds.went_back(payment, operation)


def _post(payment: Payment, operation: Operation, splits: list[Split], ours: int) -> None:
    """Move the money: from where it is, or from the platform's own where it is not any more."""
    cleared = Leg(
        shared("clearing", payment.currency, payment.id, payment.source), operation.amount, payment.payer_id
    )
    own = shared("commission", payment.currency, payment.id)
    key = f"outside:{operation.id}"
    try:
        with app.db.atomic():
            legs = [*refunds.legs(splits, operation.parts, -1), Leg(own, ours - operation.amount), cleared]
            post("refund", key, legs, payment_id=payment.id, description=REASON)
    except InsufficientFunds:
        log.exception("refund_uncovered", payment_id=str(payment.id), amount=operation.amount)
        held = [one for one in splits if one.state == "HELD"]
        legs = refunds.legs(held, operation.parts, -1)
        lost = operation.amount + sum(leg.amount for leg in legs)
        post("refund", key, [*legs, Leg(own, -lost), cleared], payment_id=payment.id, description=REASON)

"""Money that goes back: all of a payment or parts of it, to the last unit and never more.

A refund is taken from where the money is (escrow, or the payees' balances and the
commission) when it is decided; so racing refunds cannot exceed what is left. If the
gateway refuses, it is put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from kernel import Money, app, invalid
from plugins.payments.events import EscrowRefunded, PaymentRefunded, RefundFailed
from plugins.payments.gateways import WALLET
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.ports import GatewayDeclined, Result
from plugins.payments.problems import RefundExceeds
from plugins.payments.services import failures, operations
from plugins.payments.services.ledger import Leg, post, shared, wallet
from plugins.payments.services.operations import Answer
from plugins.payments.services.rows import escrow_facts, facts, locked, move, move_split, splits_of, write
from plugins.payments.states import PAYMENT, refused

log = structlog.get_logger(__name__)

Parts = dict[str, list[int]]
"""By a split's id: what is taken of it in all, and how much of that is commission."""


def refund(
    payment_id: UUID,
    amount: int | None,
    actor: str,
    reason: str,
    *,
    splits: Sequence[UUID] | None = None,
    currency: str | None = None,
) -> Operation:
    """Give `amount` (None: all that is left) of a captured payment back; return the refund.

    It is divided over the payees by what is left of each. A worker asks the
    gateway after the commit; a payment from the wallet goes back at once. Raises
    PaymentStatus, RefundExceeds, InsufficientFunds (a payee has spent the money),
    Invalid when `currency` (None: whatever it is) is not the payment's.
    """
    with app.db.atomic():
        payment = locked(payment_id)
        if payment.status not in ("CAPTURED", "REFUNDED"):
            raise refused(PAYMENT, "payment", payment.status, "REFUNDED")
        if currency not in (None, payment.currency):
            raise invalid("/amount/currency", f"It was paid in {payment.currency}.")
        chosen = [one for one in splits_of(payment) if splits is None or one.id in splits]
        left = sum(one.amount - one.refunded for one in chosen)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            rest = Money(left, payment.currency)
            raise RefundExceeds(f"{rest} is left.", left=rest.as_dict())
        return _taken(payment, chosen, wanted, actor, reason)


def record(operation: Operation, answer: Answer) -> Payment:
    """Take over what the gateway, or its webhook, said of a refund."""
    assert operation.payment_id is not None, "it is about a payment"
    with app.db.atomic():
        payment = locked(operation.payment_id)
        if isinstance(answer, Result) and answer.status == "pending":
            operations.wait(operation, answer.ref)
            return payment
        if not operations.close(operation, answer):
            return payment
        if isinstance(answer, GatewayDeclined) or (isinstance(answer, Result) and answer.status == "failed"):
            _put_back(payment, operation)
            failures.judge(payment)
            _tell_of_failure(payment, operation, answer)
        else:
            clearing = shared("clearing", payment.currency, payment.id, operation.gateway)
            pending = shared("refunds", payment.currency, payment.id)
            legs = [
                Leg(pending, -operation.amount),
                Leg(clearing, operation.amount, payment.payer_id),
            ]
            post(
                "refund",
                f"refunded:{operation.id}",
                legs,
                payment_id=payment.id,
                description=operation.reason,
            )
            went_back(payment, operation)
        return payment


def record_stray(operation: Operation, answer: Answer) -> Payment:
    """Take over what the gateway said of money that was sent back because nothing was to be paid."""
    assert operation.payment_id is not None, "it is about a payment"
    with app.db.atomic():
        payment = locked(operation.payment_id)
        if isinstance(answer, Result) and answer.status == "pending":
            operations.wait(operation, answer.ref)
            return payment
        if not operations.close(operation, answer):
            return payment
        if isinstance(answer, Result) and answer.status == "done":
            clearing = shared("clearing", operation.currency, payment.id, operation.gateway)
            suspense = shared("suspense", operation.currency, payment.id)
            legs = [
                Leg(suspense, -operation.amount),
                Leg(clearing, operation.amount, payment.payer_id),
            ]
            post("stray", f"stray-back:{operation.id}", legs, payment_id=payment.id)
        return payment


def divided(splits: Sequence[Split], amount: int) -> Parts:
    """Divide a refund over what is left of splits, and of their commissions, by largest remainder.

    No part exceeds what is left of it, so the last refund takes exactly the rest.
    """
    shares = Money(amount, splits[0].currency).allocate([one.amount - one.refunded for one in splits])
    return {
        str(one.id): [share.amount, _commission(one, share)]
        for one, share in zip(splits, shares, strict=True)
        if share.amount
    }


def _commission(split: Split, share: Money) -> int:
    commission = split.commission - split.refunded_commission
    net = split.amount - split.refunded - commission
    return share.allocate([net, commission])[1].amount


def _taken(payment: Payment, splits: Sequence[Split], amount: int, actor: str, reason: str) -> Operation:
    parts = divided(splits, amount)
    at_once = payment.source == WALLET
    target = (
        Leg(wallet(payment.payer_id, payment.currency), amount, payment.payer_id)
        if at_once
        else Leg(shared("refunds", payment.currency, payment.id), amount)
    )
    operation = operations.begin(
        "refund", payment, actor, reason, amount=amount, parts=parts, state="DONE" if at_once else "PENDING"
    )
    moved = [*legs(splits, parts, -1), target]
    post("refund", f"refund:{operation.id}", moved, payment_id=payment.id, description=reason)
    for split in splits:
        if str(split.id) in parts:
            take(payment, split, parts[str(split.id)], actor, reason)
    failures.judge(payment)
    if at_once:
        went_back(payment, operation)
    return operation


def take(payment: Payment, split: Split, part: Sequence[int], actor: str, reason: str) -> None:
    """Note on a split of a locked payment what goes back of it, and of its commission."""
    split.refunded, split.refunded_commission = split.refunded + part[0], split.refunded_commission + part[1]
    Split.update(refunded=split.refunded, refunded_commission=split.refunded_commission).where(
        Split.id == split.id
    ).execute()
    if split.state == "HELD" and split.refunded == split.amount:
        move_split(split, "REFUNDED", actor, reason)
        app.bus.publish(EscrowRefunded(**escrow_facts(payment, split, part[0])))


def legs(splits: Sequence[Split], parts: Mapping[str, Sequence[int]], sign: int) -> list[Leg]:
    """Return what parts take from (-1) or bring back to (1) where the splits' money is."""
    legs = []
    for split in splits:
        gross, commission = parts.get(str(split.id), (0, 0))
        if split.state in ("HELD", "REFUNDED"):
            escrow = shared("escrow", split.currency, split.payment_id)
            legs.append(Leg(escrow, sign * gross, split.payee_id))
        else:
            balance = wallet(split.payee_id, split.currency)
            legs.append(Leg(balance, sign * (gross - commission), split.payee_id))
            earned = shared("commission", split.currency, split.payment_id)
            legs.append(Leg(earned, sign * commission))
    return legs


def went_back(payment: Payment, operation: Operation) -> None:
    """Note on a locked payment that a refund arrived, and tell of it."""
    refunded = payment.refunded + operation.amount
    whole = refunded == payment.amount
    if whole:
        move(payment, "REFUNDED", operation.actor, operation.reason, refunded=refunded)
    else:
        write(payment, refunded=refunded)
    event = {**facts(payment), "amount": operation.amount}
    app.bus.publish(PaymentRefunded(**event, refunded=refunded, whole=whole))


def _tell_of_failure(payment: Payment, operation: Operation, answer: Answer) -> None:
    """Let nobody have, by the mere passing of time, what was to go back and could not."""
    failure = str(answer) if isinstance(answer, GatewayDeclined) else answer.failure
    write(payment, frozen=True)
    log.error("refund_failed", payment_id=str(payment.id), refund=str(operation.id), failure=failure)
    event = {**facts(payment), "amount": operation.amount}
    app.bus.publish(RefundFailed(**event, failure=failure))


def _put_back(payment: Payment, operation: Operation) -> None:
    """Undo what a refund took that the gateway refuses."""
    splits = [one for one in splits_of(payment) if str(one.id) in operation.parts]
    pending = Leg(shared("refunds", payment.currency, payment.id), -operation.amount)
    moved = [*legs(splits, operation.parts, 1), pending]
    post(
        "refund_failed",
        f"unrefund:{operation.id}",
        moved,
        payment_id=payment.id,
        description=operation.reason,
    )
    for split in splits:
        gross, commission = operation.parts[str(split.id)]
        Split.update(
            refunded=Split.refunded - gross, refunded_commission=Split.refunded_commission - commission
        ).where(Split.id == split.id).execute()
        if split.state == "REFUNDED":
            move_split(split, "HELD", operation.actor, "The gateway refused the refund.")

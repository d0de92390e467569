"""Escrow: money that is paid and held until the payee has delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel import NotFound, app
from plugins.payments.events import EscrowReleased
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.problems import PaymentStatus
from plugins.payments.services import failures, refunds
from plugins.payments.services.ledger import Leg, post, shared, wallet
from plugins.payments.services.rows import escrow_facts, locked, move_split, splits_of, write
from plugins.payments.settings import PaymentsSettings
from plugins.payments.states import ESCROW, refused

BATCH: Final = 100


def release(escrow_id: UUID, actor: str, reason: str = "") -> Split:
    """Hand what is held to the payee, less the commission; raise NotFound or PaymentStatus.

    Of a release and a refund at once, one happens.
    """
    with app.db.atomic():
        payment, split = held(escrow_id)
        left, commission = split.amount - split.refunded, split.commission - split.refunded_commission
        move_split(split, "RELEASED", actor, reason)
        failures.judge(payment)
        legs = [
            Leg(shared("escrow", split.currency, payment.id), -left, split.payee_id),
            Leg(wallet(split.payee_id, split.currency), left - commission, split.payee_id),
            Leg(shared("commission", split.currency, payment.id), commission),
        ]
        post("release", f"release:{split.id}", legs, payment_id=payment.id, description=payment.description)
        app.bus.publish(EscrowReleased(**escrow_facts(payment, split, left)))
        return split


def refund(escrow_id: UUID, actor: str, reason: str) -> Operation:
    """Give what is held back to the payer; raise NotFound or PaymentStatus."""
    with app.db.atomic():
        payment, split = held(escrow_id)
        if split.state != "HELD":
            raise refused(ESCROW, "escrow", split.state, "REFUNDED")
        return refunds.refund(payment.id, None, actor, reason, splits=[split.id])


def release_all(payment_id: UUID, actor: str, reason: str = "") -> int:
    """Release every escrow of a payment that is still held; return how many."""
    with app.db.atomic():
        payment = locked(payment_id)
        open_ones = [one for one in splits_of(payment) if one.state == "HELD"]
        for one in open_ones:
            release(one.id, actor, reason)
        return len(open_ones)


def freeze(payment_id: UUID, *, frozen: bool) -> None:
    """Keep the clock from releasing what a payment holds, or let it again; raise NotFound."""
    with app.db.atomic():
        payment = locked(payment_id)
        if payment.frozen != frozen:
            write(payment, frozen=frozen)


def release_at(payment_id: UUID, moment: datetime) -> None:
    """Let the clock release what a payment holds at a moment; raise NotFound.

    Not where a refund failed and nobody has decided about it since.
    """
    with app.db.atomic():
        payment = locked(payment_id)
        frozen = failures.wait(payment)
        if payment.frozen != frozen or payment.release_at != moment:
            write(payment, frozen=frozen, release_at=moment)


def held(escrow_id: UUID) -> tuple[Payment, Split]:
    """Return an escrow with its payment, which is locked; raise NotFound."""
    found = Split.get_or_none(Split.id == escrow_id, Split.escrow, Split.state != "PENDING")
    if found is None:
        raise NotFound
    payment = locked(found.payment_id)
    return payment, Split.get_by_id(escrow_id)  # as it is under the lock


def release_due() -> int:
    """Release all that was held long enough; return how many."""
    done = 0
    while released := _release_batch():
        done += released
    return done


def _release_batch() -> int:
    now, days = app.clock.now(), app.settings.of(PaymentsSettings).release_days
    over = Payment.release_at <= now
    if days:
        over |= Payment.release_at.is_null() & (Payment.captured_at <= now - timedelta(days=days))
    due = (
        Split.select(Split.id)
        .join(Payment, on=(Payment.id == Split.payment_id))
        .where(Split.state == "HELD", over, ~Payment.frozen)
    )
    return sum(_released(row.id) for row in due.order_by(Split.id).limit(BATCH))


def _released(escrow_id: UUID) -> bool:
    try:
        release(escrow_id, "system", "It was held long enough.")
    except PaymentStatus:  # somebody else decided about it in between
        return False
    return True

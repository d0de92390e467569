# ruff: noqa: ARG001 - the steps of one table take the same
"""What follows when a gateway says how a payment is.

The client's call, the webhooks and the sweep all end here, under the payment's
lock, and in any order: each word of the gateway is compared with where the payment
is, and what does not lead further changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from kernel import app
from plugins.payments.events import (
    EscrowHeld,
    PaymentActionRequired,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentFailed,
)
from plugins.payments.models import Operation, Payment, Split
from plugins.payments.ports import Intent
from plugins.payments.services import fees, operations
from plugins.payments.services.ledger import AccountName, Leg, post, shared, wallet
from plugins.payments.services.rows import escrow_facts, facts, hand_on, move, write
from plugins.payments.states import OPEN, PAYMENT

log = structlog.get_logger(__name__)


def apply(payment: Payment, gateway: str, intent: Intent, actor: str) -> str:
    """Take a locked payment where the gateway says it is; return the outcome in a word."""
    named = payment.intent is None and payment.source == gateway and payment.status in OPEN
    if named:
        payment.intent = intent.ref  # written with the change of status, if there is one
    ours = (gateway, intent.ref, intent.amount, intent.currency) == (
        payment.source,
        payment.intent,
        payment.amount,
        payment.currency,
    )
    if intent.status == "captured" and (not ours or payment.status in ("EXPIRED", "CANCELLED")):
        return _stray(payment, gateway, intent, actor)
    before, outcome = payment.status, _STEPS[intent.status](payment, intent, actor) if ours else "ignored"
    if named and payment.status == before:
        write(payment, intent=intent.ref)
    if ours:
        fees.record(payment, intent)
    return outcome


def capture(payment: Payment, source: AccountName, actor: str, reason: str = "") -> None:
    """Book the money of a locked payment, taken from `source`, and hand it on; once a payment."""
    target = "HELD" if payment.escrow else "SETTLED"
    now = app.clock.now()
    splits = hand_on(payment, target, actor, reason, captured_at=now, client={}, failure="")
    legs = [Leg(source, -payment.amount, payment.payer_id)]
    legs += [leg for split in splits for leg in _handed_on(split)]
    kind = payment.purpose if payment.purpose == "topup" else "capture"
    post(kind, f"capture:{payment.id}", legs, payment_id=payment.id, description=payment.description)
    held = [EscrowHeld(**escrow_facts(payment, one, one.amount)) for one in splits if payment.escrow]
    app.bus.publish(PaymentCaptured(**facts(payment)), *held)


def fail(payment: Payment, code: str, actor: str, intent: str | None = None) -> str:
    """Note that an attempt to pay failed; `intent` is what another may be made with."""
    if payment.status not in PAYMENT["FAILED"]:
        return "ignored"
    move(payment, "FAILED", actor, code, failure=code, intent=intent, client={})
    app.bus.publish(PaymentFailed(**facts(payment), failure=code, off_session=payment.off_session))
    return "failed"


def _handed_on(split: Split) -> list[Leg]:
    """Return what a captured payment brings a payee: into escrow, or less the commission."""
    if split.escrow:
        return [Leg(shared("escrow", split.currency, split.payment_id), split.amount, split.payee_id)]
    commission = shared("commission", split.currency, split.payment_id)
    net = split.amount - split.commission
    return [
        Leg(wallet(split.payee_id, split.currency), net, split.payee_id),
        Leg(commission, split.commission),
    ]


def _captured(payment: Payment, intent: Intent, actor: str) -> str:
    if payment.status not in PAYMENT["CAPTURED"]:
        return "known"
    capture(payment, shared("clearing", payment.currency, payment.id, payment.source), actor)
    return "captured"


def _authorised(payment: Payment, intent: Intent, actor: str) -> str:
    if payment.status not in PAYMENT["AUTHORISED"] or payment.capture != "manual":
        return "known"
    move(payment, "AUTHORISED", actor, client={})
    app.bus.publish(PaymentAuthorised(**facts(payment)))
    return "authorised"


def _action(payment: Payment, intent: Intent, actor: str) -> str:
    if payment.status not in PAYMENT["ACTION_REQUIRED"]:
        return "known"
    if payment.status != "ACTION_REQUIRED":
        move(payment, "ACTION_REQUIRED", actor, client=dict(intent.client))
        if payment.off_session:
            app.bus.publish(PaymentActionRequired(**facts(payment)))
    return "action"


def _failed(payment: Payment, intent: Intent, actor: str) -> str:
    asking = Operation.payment_id == payment.id, operations.EXCLUSIVE
    if actor.startswith("gateway:") and Operation.select().where(*asking).exists():
        return "ignored"  # a new attempt is under way, and this is the word about an earlier one
    kept = intent.ref if intent.status == "failed" else None
    return fail(payment, intent.failure or intent.status, actor, kept)


def _processing(payment: Payment, intent: Intent, actor: str) -> str:
    return "known"


_STEPS: Final[dict[str, Callable[[Payment, Intent, str], str]]] = {
    "captured": _captured,
    "authorised": _authorised,
    "requires_action": _action,
    "requires_method": _action,
    "failed": _failed,
    "cancelled": _failed,
    "processing": _processing,
}


def _stray(payment: Payment, gateway: str, intent: Intent, actor: str) -> str:
    """Send back money that came for what is no longer to be paid, or is paid already; once an intent."""
    known = Operation.select().where(
        Operation.payment_id == payment.id, Operation.kind == "stray", Operation.intent == intent.ref
    )
    if known.exists():
        return "known"
    log.error("payment_stray", payment_id=str(payment.id), gateway=gateway, intent=intent.ref)
    clearing = shared("clearing", intent.currency, payment.id, gateway)
    suspense = shared("suspense", intent.currency, payment.id)
    legs = [
        Leg(clearing, -intent.amount, payment.payer_id),
        Leg(suspense, intent.amount),
    ]
    post("stray", f"stray:{gateway}:{intent.ref}", legs, payment_id=payment.id)
    operations.begin(
        "stray", payment, actor, "The payment is not open any more.",
        gateway=gateway, intent=intent.ref, amount=intent.amount, currency=intent.currency,
    )  # fmt: skip
    return "sent back"

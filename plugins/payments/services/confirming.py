"""Paying: by a gateway, or from the wallet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from kernel import app, invalid
from plugins.payments import gateways
from plugins.payments.models import Method, Operation, Payment
from plugins.payments.ports import GatewayDeclined, Intent
from plugins.payments.problems import InProgress, PaymentStatus
from plugins.payments.services import operations, settlement
from plugins.payments.services.ledger import wallet
from plugins.payments.services.operations import Answer
from plugins.payments.services.rows import locked, own, write
from plugins.payments.states import OPEN, PAYMENT, UNPAID, refused

_PAID: Final = ("CAPTURED", "AUTHORISED", "REFUNDED")
_ATTEMPTS: Final = 5
"""How often a payment is looked at again that changed between the look and the claim."""


def confirm(
    payment_id: UUID,
    payer_id: UUID,
    *,
    gateway: str = "",
    method: str = "",
    method_id: UUID | None = None,
    data: Mapping[str, str] | None = None,
) -> Payment:
    """Pay, or go on paying; return the payment as it is then. Harmless any number of times.

    `gateway` is `wallet`, one of those chosen, or empty for the one that was begun
    with (else the default). What the gateway leaves open is in the status:
    ACTION_REQUIRED (see `client`), or PROCESSING until it says more. Raises
    NotFound, Invalid, NotTaken, PaymentStatus, InsufficientFunds.
    """
    if gateway == gateways.WALLET:
        return _from_wallet(payment_id, payer_id)
    if method_id is not None:
        gateway, method = _kept(method_id, payer_id)
    for _ in range(_ATTEMPTS):
        payment = own(payment_id, payer_id)
        if gateway and payment.intent and payment.source != gateway and payment.status in UNPAID:
            _give_up(payment, f"user:{payer_id}")
            payment = own(payment_id, payer_id)
        source = _source(payment, gateway)
        if source is None:
            return payment
        given = {**terms(payment), "method": method, "given": dict(data or {})}
        operation = operations.confirm(payment, source, given)
        if operation is not None:
            return operations.run_claimed(operation) or own(payment_id, payer_id)
    raise InProgress


def capture(payment_id: UUID, actor: str) -> Payment:
    """Take what was authorised; return the payment as it is then. Once, however often it is asked."""
    with app.db.atomic():
        payment = locked(payment_id)
        if payment.status in ("CAPTURED", "REFUNDED"):
            return payment
        if payment.status != "AUTHORISED":
            raise refused(PAYMENT, "payment", payment.status, "CAPTURED")
        operation = operations.begin("capture", payment, actor, data=terms(payment))
    return operations.run_claimed(operation) or payment


def record(operation: Operation, answer: Answer) -> Payment:
    """Take over what the gateway said to a confirmation or a capture."""
    with app.db.atomic():
        payment, was_open = operations.closed(operation, answer)
        if not was_open:
            return payment
        if isinstance(answer, GatewayDeclined):
            settlement.fail(payment, answer.code or "declined", operation.actor, payment.intent)
        elif isinstance(answer, Intent):
            settlement.apply(payment, operation.gateway, answer, operation.actor)
        return payment


def record_void(operation: Operation, answer: Answer) -> Payment:
    """Take over how an intent was given up: when it was captured meanwhile, the money goes back."""
    with app.db.atomic():
        payment, was_open = operations.closed(operation, answer)
        if was_open and isinstance(answer, Intent) and answer.status == "captured":
            settlement.apply(payment, operation.gateway, answer, operation.actor)
        return payment


def _source(payment: Payment, gateway: str) -> str | None:
    """Return the gateway that is to be asked about a payment now; None when there is nothing to ask."""
    if payment.status in _PAID:
        return None
    if payment.status not in OPEN:
        raise refused(PAYMENT, "payment", payment.status, "PROCESSING")
    _require_time(payment)
    if (payment.intent or payment.status == "PROCESSING") and operations_running(payment):
        return None
    name = payment.source if payment.intent else gateways.pick(gateway)
    gateways.require_taken(name, payment.amount, payment.currency)
    return payment.source if payment.status == "PROCESSING" else name


def operations_running(payment: Payment) -> bool:
    """Say whether the gateway is being asked about a payment at this moment."""
    running = Operation.select().where(Operation.payment_id == payment.id, operations.EXCLUSIVE)
    return bool(running.exists())


def _require_time(payment: Payment) -> None:
    over = payment.expires_at is not None and payment.expires_at <= app.clock.now()
    if over and payment.status != "PROCESSING":
        raise PaymentStatus("The time to pay is over.", current=payment.status, allowed=["EXPIRED"])


def terms(payment: Payment) -> dict[str, object]:
    """Return what a gateway is told of a payment beside its amount."""
    return {"capture": payment.capture, "description": payment.description}


def _kept(method_id: UUID, payer_id: UUID) -> tuple[str, str]:
    found = Method.get_or_none(Method.id == method_id, Method.owner_id == payer_id, Method.use == "pay")
    if found is None:
        raise invalid("/method_id", "There is no such payment method of yours.")
    return found.gateway, found.kept or found.token


def _from_wallet(payment_id: UUID, payer_id: UUID) -> Payment:
    """Pay from the balance: no gateway is asked, so one transaction does it all."""
    begun = own(payment_id, payer_id)
    if begun.intent and begun.status in UNPAID:
        _give_up(begun, f"user:{payer_id}")
    with app.db.atomic():
        payment = own(payment_id, payer_id, lock=True)
        if payment.status in _PAID:
            return payment
        if payment.purpose == "topup" or payment.capture == "manual":
            raise invalid("/gateway", "This is not paid from the wallet.")
        if payment.intent or operations_running(payment):
            raise InProgress
        _require_time(payment)
        if payment.status not in UNPAID:
            raise refused(PAYMENT, "payment", payment.status, "CAPTURED")
        payment.source = gateways.WALLET
        Payment.update(source=gateways.WALLET).where(Payment.id == payment.id).execute()
        settlement.capture(payment, wallet(payer_id, payment.currency), f"user:{payer_id}")
        return payment


def _give_up(begun: Payment, actor: str) -> None:
    """Give up the intent at the gateway a payment was begun with, so that another may be used.

    What it was captured for meanwhile counts: then the payment is paid.
    """
    with app.db.atomic():
        payment = locked(begun.id)
        if payment.status not in UNPAID or payment.intent != begun.intent:
            return
        operation = operations.begin("void", payment, actor, "Another way to pay was chosen.")
    operations.run(operation.id)
    with app.db.atomic():
        payment = locked(begun.id)
        if Operation.get_by_id(operation.id).state != "PENDING" and payment.status in UNPAID:
            write(payment, intent=None, source="", client={})

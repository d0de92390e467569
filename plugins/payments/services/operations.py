"""What is asked of gateways: claimed, called outside any transaction, recorded.

    begin    a row in the transaction that decides on it
    run      claim the row · call the gateway under the row's id · record, in a transaction
    sweep    run again what is due: a worker died, the gateway was away, a refund is pending

A call may be made twice and takes effect once: the row's id is its idempotency key,
and recording looks at the row under the payment's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from peewee import IntegrityError

from kernel import app, uuid7, violated_constraint
from plugins.payments import gateways
from plugins.payments.models import Operation, Payment
from plugins.payments.ports import (
    Charge,
    GatewayDeclined,
    GatewayUnavailable,
    Intent,
    PaymentGateway,
    Result,
)
from plugins.payments.problems import InProgress

log = structlog.get_logger(__name__)

_OPEN: Final = Operation.state == "PENDING"
EXCLUSIVE: Final = _OPEN & Operation.kind.in_(("confirm", "capture", "void"))
LEASE: Final = timedelta(minutes=2)
LONGEST: Final = timedelta(hours=1)
BATCH: Final = 100
Answer = Intent | Result | GatewayDeclined
Recorder = Callable[[Operation, Answer], Payment | None]

_CLAIM: Final = """
UPDATE payments_operation SET attempts = attempts + 1, due_at = %(until)s, updated_at = %(now)s
WHERE id = %(id)s AND state = 'PENDING' AND due_at <= %(now)s RETURNING id
"""


def begin(kind: str, payment: Payment, actor: str, reason: str = "", **fields: Any) -> Operation:
    """Decide, in the caller's transaction, that the gateway is asked; a worker does it when it commits.

    A `confirm` or `capture` is run by its caller (`run_claimed`). Raises InProgress while another of
    these, or a `void`, is under way for the payment.
    """
    values: dict[str, Any] = {
        "payment_id": payment.id, "payout_id": None, "gateway": payment.source,
        "intent": payment.intent or "", "amount": payment.amount, "currency": payment.currency,
        "parts": {}, "data": {}, **fields,
    }  # fmt: skip
    return insert(kind, actor, reason, at_once=kind in ("confirm", "capture"), **values)


def insert(kind: str, actor: str, reason: str, *, at_once: bool, **values: Any) -> Operation:
    """Write an operation; unless it is run `at_once`, a task will."""
    from plugins.payments.tasks import run_operation  # noqa: PLC0415 - it calls this module

    now = app.clock.now()
    claim = {"attempts": 1, "due_at": now + LEASE} if at_once else {"attempts": 0, "due_at": now}
    fields = {"state": "PENDING", "result_ref": "", "error": "", **claim, **values}
    try:
        operation = Operation.create(id=uuid7(), kind=kind, actor=actor, reason=reason, **fields)
    except IntegrityError as ex:
        if violated_constraint(ex) == "payments_operation_one":
            raise InProgress from ex
        raise
    if not at_once and operation.state == "PENDING":
        run_operation.enqueue(operation.id)
    return operation


def run(operation_id: UUID) -> None:
    """Ask the gateway and record its answer; nothing when another does so, or it is done."""
    operation = _claimed(operation_id)
    if operation is not None:
        run_claimed(operation)


def run_claimed(operation: Operation) -> Payment | None:
    """Ask the gateway and record its answer; return the payment as it is then, None when that is not known.

    Outside a transaction: the gateway takes its time.
    """
    assert not app.db.in_transaction(), "a gateway is never asked inside a transaction"
    app.db.release()
    try:
        answer: Answer = _asked(gateways.named(operation.gateway), operation)
    except GatewayUnavailable as ex:
        _postpone(operation, str(ex))
        return None
    except GatewayDeclined as ex:
        answer = ex
    return _recorder(operation.kind)(operation, answer)


def sweep() -> int:
    """Run what is due; return how many."""
    due = Operation.select(Operation.id).where(
        Operation.state == "PENDING", Operation.due_at <= app.clock.now()
    )
    ids = [row.id for row in due.order_by(Operation.due_at).limit(BATCH)]
    for operation_id in ids:
        run(operation_id)
    return len(ids)


def close(operation: Operation, answer: Answer) -> bool:
    """Write, under the payment's lock, how it ended; say whether it was open still."""
    if isinstance(answer, GatewayDeclined):
        failed, error, ref = True, str(answer), ""
    else:
        failed, error, ref = answer.status == "failed", answer.failure, answer.ref
    ended: dict[str, Any] = {
        "state": "FAILED" if failed else "DONE",
        "error": error[:500],
        "result_ref": ref,
        "data": {},
    }
    return bool(Operation.update(ended).where(Operation.id == operation.id, _OPEN).execute())


def wait(operation: Operation, ref: str) -> None:
    """Write that the gateway has it and it is pending there."""
    waiting = Operation.update(result_ref=ref, due_at=_later(operation))
    waiting.where(Operation.id == operation.id, _OPEN).execute()


def _claimed(operation_id: UUID) -> Operation | None:
    now = app.clock.now()
    claimed = app.db.rows(_CLAIM, {"id": operation_id, "now": now, "until": now + LEASE})
    return Operation.get_by_id(operation_id) if claimed else None


def _postpone(operation: Operation, error: str) -> None:
    log.warning("gateway_unavailable", gateway=operation.gateway, operation=str(operation.id), error=error)
    Operation.update(error=error[:500], due_at=_later(operation)).where(
        Operation.id == operation.id, _OPEN
    ).execute()


def _later(operation: Operation) -> Any:
    """Return when to ask again: after 30 s, then twice as long each time, an hour at most."""
    return app.clock.now() + min(timedelta(seconds=30) * 2 ** min(operation.attempts - 1, 10), LONGEST)


def _asked(gateway: PaymentGateway, operation: Operation) -> Answer:
    key, ref, amount, currency = str(operation.id), operation.intent, operation.amount, operation.currency
    match operation.kind:
        case "confirm":
            charge = _charge(operation)
            return gateway.confirm(ref, charge) if ref else gateway.create_intent(charge)
        case "capture":
            return gateway.capture(ref, _charge(operation))
        case "void":
            return gateway.cancel(ref, key)
        case "payout" if not operation.result_ref:
            return gateway.payout(operation.data["destination"], amount, currency, key)
        case "refund" | "stray" if not operation.result_ref:
            return gateway.refund(ref, amount, currency, key)
    kind = "payout" if operation.kind == "payout" else "refund"
    return gateway.fetch_result(kind, operation.result_ref)  # type: ignore[arg-type]  # two literals


def _charge(operation: Operation) -> Charge:
    assert operation.payment_id is not None, "it is about a payment"
    return Charge(
        payment_id=operation.payment_id, amount=operation.amount, currency=operation.currency,
        capture=operation.data.get("capture", "automatic"), description=operation.data.get("description", ""),
        key=str(operation.id), method=operation.data.get("method", ""), data=operation.data.get("given", {}),
    )  # fmt: skip


def _recorder(kind: str) -> Recorder:
    from plugins.payments.services import confirming, payouts, refunds  # noqa: PLC0415 - they begin operations

    recorders: dict[str, Recorder] = {
        "confirm": confirming.record, "capture": confirming.record, "void": confirming.record_void,
        "refund": refunds.record, "stray": refunds.record_stray, "payout": payouts.record,
    }  # fmt: skip
    return recorders[kind]

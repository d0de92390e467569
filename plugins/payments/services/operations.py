"""What is asked of gateways: claimed, called outside any transaction, recorded.

    begin    a row in the transaction that decides on it
    run      claim the row · call the gateway under the row's id · record, in a transaction
    sweep    run again what is due: a worker died, the gateway was away, a refund is pending

A call may be made twice and takes effect once: the row's id is its idempotency key,
and recording looks at the row under the payment's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from peewee import IntegrityError

from kernel import NotFound, Statement, app, uuid7, violated_constraint
from plugins.payments import gateways
from plugins.payments.models import Method, Operation, Payment
from plugins.payments.ports import (
    Charge,
    GatewayDeclined,
    GatewayUnavailable,
    Intent,
    PaymentGateway,
    Result,
)
from plugins.payments.problems import InProgress
from plugins.payments.services.rows import as_row

log = structlog.get_logger(__name__)

_OPEN: Final = Operation.state == "PENDING"
EXCLUSIVE: Final = _OPEN & Operation.kind.in_(("confirm", "capture", "void"))
LEASE: Final = timedelta(minutes=2)
LONGEST: Final = timedelta(hours=1)
BATCH: Final = 100
Answer = Intent | Result | GatewayDeclined
Recorder = Callable[[Operation, Answer], Payment | None]

_CLAIM: Final = Statement("""
UPDATE payments_operation SET attempts = attempts + 1, due_at = %(until)s, updated_at = %(now)s
WHERE id = %(id)s AND state = 'PENDING' AND due_at <= %(now)s RETURNING id
""")
_CONFIRM: Final = Statement("""
WITH moved AS (
    UPDATE payments_payment SET status = 'PROCESSING', source = %(source)s, failure = '', off_session = false,
        version = version + 1, updated_at = %(now)s
    WHERE id = %(payment)s AND version = %(version)s
    RETURNING id
), noted AS (
    INSERT INTO payments_history (id, subject_id, before, after, actor, reason, at)
    SELECT %(step)s, id, %(before)s, 'PROCESSING', %(actor)s, '', %(now)s FROM moved
    WHERE %(before)s::text <> 'PROCESSING'
)
INSERT INTO payments_operation (id, created_at, updated_at, kind, state, payment_id, payout_id, gateway,
    intent, result_ref, amount, currency, parts, data, reason, actor, error, attempts, due_at)
SELECT %(id)s, %(now)s, %(now)s, 'confirm', 'PENDING', id, NULL, %(source)s, %(intent)s,
    '', %(amount)s, %(currency)s, '{}', %(data)s::jsonb, '', %(actor)s, '', 1, %(until)s
FROM moved
RETURNING *
""")
# The operation is looked at under the payment's lock: of two answers the second finds it closed.
_CLOSE: Final = Statement("""
WITH payment AS MATERIALIZED (
    SELECT * FROM payments_payment WHERE id = %(payment)s FOR UPDATE
), closed AS (
    UPDATE payments_operation AS operation SET state = %(state)s, error = %(error)s, result_ref = %(ref)s,
        data = '{}', updated_at = %(now)s
    FROM payment WHERE operation.id = %(id)s AND operation.state = 'PENDING'
    RETURNING operation.id
)
SELECT *, EXISTS (SELECT FROM closed) AS closed FROM payment
""")


def begin(kind: str, payment: Payment, actor: str, reason: str = "", **fields: Any) -> Operation:
    """Decide, in the caller's transaction, that the gateway is asked; a worker does it when it commits.

    A `capture` is run by its caller (`run_claimed`), as what `confirm` begins. Raises InProgress while
    another of these, or a `void`, is under way for the payment.
    """
    values: dict[str, Any] = {
        "payment_id": payment.id, "payout_id": None, "gateway": payment.source,
        "intent": payment.intent or "", "amount": payment.amount, "currency": payment.currency,
        "parts": {}, "data": {}, **fields,
    }  # fmt: skip
    return insert(kind, actor, reason, at_once=kind == "capture", **values)


def confirm(payment: Payment, source: str, data: Mapping[str, Any]) -> Operation | None:
    """Take a payment to PROCESSING and claim it for one call to its gateway: one statement, no lock before.

    None when the payment is not as it was read any more. Raises InProgress as `begin` does. Run it at
    once (`run_claimed`).
    """
    now = app.clock.now()
    values = {
        "id": uuid7(), "step": uuid7(), "now": now, "until": now + LEASE, "payment": payment.id,
        "version": payment.version, "before": payment.status, "source": source,
        "intent": payment.intent or "", "amount": payment.amount, "currency": payment.currency,
        "actor": f"user:{payment.payer_id}", "data": orjson.dumps(data).decode(),
    }  # fmt: skip
    try:
        rows = app.db.dicts(_CONFIRM, values)
    except IntegrityError as ex:
        raise _taken(ex) from ex
    return as_row(Operation, rows[0]) if rows else None


def insert(kind: str, actor: str, reason: str, *, at_once: bool, **values: Any) -> Operation:
    """Write an operation; unless it is run `at_once`, a task will."""
    from plugins.payments.tasks import run_operation  # noqa: PLC0415 - it calls this module

    now = app.clock.now()
    claim = {"attempts": 1, "due_at": now + LEASE} if at_once else {"attempts": 0, "due_at": now}
    fields = {"state": "PENDING", "result_ref": "", "error": "", **claim, **values}
    try:
        operation = Operation.create(id=uuid7(), kind=kind, actor=actor, reason=reason, **fields)
    except IntegrityError as ex:
        raise _taken(ex) from ex
    if not at_once and operation.state == "PENDING":
        run_operation.enqueue(operation.id)
    return operation


def run(operation_id: UUID) -> None:
    """Ask the gateway and record its answer; nothing when another does so, or it is done."""
    operation = _claimed(operation_id)
    if operation is None:
        return
    if _is_taken_back(operation):
        refused = GatewayDeclined("Its owner lets it be charged no more.", code="consent_withdrawn")
        _recorder(operation.kind)(operation, refused)
    else:
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
    """Run all that is due now, the longest due first; return how many."""
    now, ran = app.clock.now(), 0
    while due := _due(now):
        for operation_id in due:
            run(operation_id)  # whoever claims it puts it off, so that none is due twice
        ran += len(due)
    return ran


def _due(now: datetime) -> list[UUID]:
    due = Operation.select(Operation.id).where(Operation.state == "PENDING", Operation.due_at <= now)
    return [row.id for row in due.order_by(Operation.due_at).limit(BATCH)]


def close(operation: Operation, answer: Answer) -> bool:
    """Write, under the payment's lock, how it ended; say whether it was open still."""
    state, error, ref = _end(answer)
    ended: dict[str, Any] = {"state": state, "error": error, "result_ref": ref, "data": {}}
    return bool(Operation.update(ended).where(Operation.id == operation.id, _OPEN).execute())


def closed(operation: Operation, answer: Answer) -> tuple[Payment, bool]:
    """Lock the payment of an operation and `close` that: one statement; return both."""
    state, error, ref = _end(answer)
    values = {"id": operation.id, "payment": operation.payment_id, "now": app.clock.now()}
    rows = app.db.dicts(_CLOSE, values | {"state": state, "error": error, "ref": ref})
    if not rows:
        raise NotFound
    was_open = bool(rows[0].pop("closed"))
    return as_row(Payment, rows[0]), was_open


def _end(answer: Answer) -> tuple[str, str, str]:
    """Return the state an answer ends an operation in, the error, and the gateway's name for it."""
    if isinstance(answer, GatewayDeclined):
        return "FAILED", str(answer)[:500], ""
    return "FAILED" if answer.status == "failed" else "DONE", answer.failure[:500], answer.ref


def _taken(ex: IntegrityError) -> Exception:
    """Return what a refused row means: another call to the gateway is under way for the payment."""
    return InProgress() if violated_constraint(ex) == "payments_operation_one" else ex


def wait(operation: Operation, ref: str) -> None:
    """Write that the gateway has it and it is pending there."""
    waiting = Operation.update(result_ref=ref, due_at=_later(operation))
    waiting.where(Operation.id == operation.id, _OPEN).execute()


def _claimed(operation_id: UUID) -> Operation | None:
    now = app.clock.now()
    claimed = app.db.rows(_CLAIM, {"id": operation_id, "now": now, "until": now + LEASE})
    return Operation.get_by_id(operation_id) if claimed else None


def _is_taken_back(operation: Operation) -> bool:
    """Say whether nobody agrees any more to a charge without its owner.

    Once the gateway was asked it may have charged: then only it can tell.
    """
    if not operation.data.get("off_session") or operation.attempts > 1:
        return False
    payer = Payment.select(Payment.payer_id).where(Payment.id == operation.payment_id)
    same = (Method.owner_id == payer) & (Method.kept == operation.data["method"])
    return not Method.select().where(same, Method.consented_at.is_null(False)).exists()


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
        off_session=operation.data.get("off_session", False),
    )  # fmt: skip


def _recorder(kind: str) -> Recorder:
    from plugins.payments.services import confirming, payouts, refunds  # noqa: PLC0415 - they begin operations

    recorders: dict[str, Recorder] = {
        "confirm": confirming.record, "capture": confirming.record, "void": confirming.record_void,
        "refund": refunds.record, "stray": refunds.record_stray, "payout": payouts.record,
    }  # fmt: skip
    return recorders[kind]

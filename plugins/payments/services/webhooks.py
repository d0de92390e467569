"""What gateways tell by themselves: each event kept once, and applied in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog

from kernel import app
from plugins.payments import gateways
from plugins.payments.models import Operation, Payment, Webhook
from plugins.payments.ports import GatewayEvent, Intent, Result
from plugins.payments.services import outside, payouts, refunds, settlement
from plugins.payments.services.rows import locked

log = structlog.get_logger(__name__)


def take(gateway: str, headers: Mapping[str, str], body: bytes) -> str:
    """Verify and apply a webhook; return its outcome. Raises WebhookRefused.

    The same event changes nothing a second time, and an older one nothing that
    went further. Events about what is not ours are kept as `unknown`.
    """
    event = gateways.named(gateway).verify_webhook(headers, body)
    if event is None:
        return "ignored"
    with app.db.atomic():
        if not _is_new(gateway, event):
            return "repeated"
        outcome, payment_id = _applied(gateway, event)
        Webhook.update(outcome=outcome, payment_id=payment_id).where(
            Webhook.gateway == gateway, Webhook.event_id == event.id
        ).execute()
    log.info("payment_webhook", gateway=gateway, type=event.type, outcome=outcome)
    return outcome


def _is_new(gateway: str, event: GatewayEvent) -> bool:
    """Keep an event; say whether this is its first time (a second one at this moment waits)."""
    now = app.clock.now()
    made = Webhook.insert(
        gateway=gateway, event_id=event.id, type=event.type, outcome="", created_at=now, updated_at=now
    ).on_conflict_ignore()
    return bool(list(made.returning(Webhook.id).execute()))


def _applied(gateway: str, event: GatewayEvent) -> tuple[str, UUID | None]:
    if event.result is not None:
        return _result(gateway, event, event.result)
    if event.intent is None:
        return "ignored", None
    found = _payment_of(gateway, event.payment_id, event.intent)
    if found is None:
        return "unknown", None
    payment = locked(found)
    return settlement.apply(payment, gateway, event.intent, f"gateway:{gateway}"), payment.id


def _payment_of(gateway: str, payment_id: UUID | None, intent: Intent) -> UUID | None:
    named = Payment.id == payment_id
    known = (Payment.source == gateway) & (Payment.intent == intent.ref)
    found = Payment.select(Payment.id).where(named if payment_id else known).first()
    return found.id if found else None


def _result(gateway: str, event: GatewayEvent, result: Result) -> tuple[str, UUID | None]:
    """Apply the end of a refund or a payout of ours, or a refund made elsewhere."""
    operation = _operation_of(gateway, event.key, result)
    if operation is None and event.refund_of is not None:
        return outside.record(gateway, result, event.refund_of)
    if operation is None:
        return "unknown", None
    if operation.kind == "payout":
        payouts.record(operation, result)
    elif operation.kind == "stray":
        refunds.record_stray(operation, result)
    else:
        refunds.record(operation, result)
    return result.status, operation.payment_id


def _operation_of(gateway: str, key: str, result: Result) -> Operation | None:
    try:
        ours = Operation.id == UUID(key)
    except ValueError:
        ours = Operation.result_ref == result.ref
    found: Operation | None = Operation.select().where(Operation.gateway == gateway, ours).first()
    return found

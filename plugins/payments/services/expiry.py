"""What the clock does: payments expire, webhooks are forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel import app
from plugins.payments.models import Payment, Webhook
from plugins.payments.problems import InProgress, PaymentStatus
from plugins.payments.services import demands
from plugins.payments.settings import PaymentsSettings
from plugins.payments.states import PAYMENT

BATCH: Final = 200


def expire() -> int:
    """End all payments whose time is over; return how many."""
    done = 0
    while expired := _expire_batch():
        done += expired
    return done


def _expire_batch() -> int:
    over = Payment.select(Payment.id).where(
        Payment.status.in_(PAYMENT["EXPIRED"]), Payment.expires_at <= app.clock.now()
    )
    return sum(_expired(row) for row in over.order_by(Payment.expires_at).limit(BATCH))


def purge() -> int:
    """Forget webhooks no gateway repeats any more; return how many."""
    until = app.clock.now() - timedelta(days=app.settings.of(PaymentsSettings).history_days)
    return int(Webhook.delete().where(Webhook.created_at <= until).execute())


def _expired(payment: Payment) -> bool:
    try:
        demands.expire(payment.id)
    except (PaymentStatus, InProgress):  # it was paid, or is being paid, at this moment
        return False
    return True

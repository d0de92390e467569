"""What a gateway keeps of a payment: booked when the gateway tells, once a payment.

clearing    + fee    so much less does the gateway owe the platform
fees        − fee    what it cost
"""

from __future__ import annotations

from plugins.payments.models import Movement, Payment
from plugins.payments.ports import Intent
from plugins.payments.services.ledger import Leg, post, shared


def record(payment: Payment, intent: Intent) -> None:
    """Book the fee of a locked payment that was captured, if the gateway says it and it is not booked yet."""
    if not intent.fee or payment.captured_at is None:
        return
    key = f"fee:{payment.id}"
    if Movement.select().where(Movement.key == key).exists():
        return
    cleared = Leg(shared("clearing", payment.currency, payment.id, payment.source), intent.fee)
    kept = Leg(shared("fees", payment.currency, payment.id, payment.source), -intent.fee)
    post("fee", key, [cleared, kept], payment_id=payment.id)

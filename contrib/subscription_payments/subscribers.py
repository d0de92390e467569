"""What happens to one is followed by the other."""

from __future__ import annotations

from typing import Final

from contrib.subscription_payments import services
from kernel import Delivery, Subscriber
from plugins.payments.api import PaymentActionRequired, PaymentCaptured, PaymentFailed
from plugins.subscriptions import api as subscriptions
from plugins.subscriptions.api import ChargeVoided


def settle(delivery: Delivery) -> None:
    """Take a charge as paid when its payment is there."""
    charge_id = services.charge_of(delivery.event.ref)
    if charge_id is not None:
        services.paid(delivery.event.payment_id, charge_id)


def decline(delivery: Delivery) -> None:
    """Take notice that a kept method was declined; of other attempts the person knows, who made them."""
    charge_id = services.charge_of(delivery.event.ref)
    if charge_id is not None and delivery.event.off_session:
        subscriptions.declined(charge_id)


def ask(delivery: Delivery) -> None:
    """Have the payer told that their bank wants them."""
    charge_id = services.charge_of(delivery.event.ref)
    if charge_id is not None:
        subscriptions.unconfirmed(charge_id)


def drop(delivery: Delivery) -> None:
    """End the payment of a void charge."""
    services.dropped(delivery.event.charge_id)


SUBSCRIBERS: Final = (
    Subscriber(PaymentCaptured, settle, name="subscription_payments.settle"),
    Subscriber(PaymentFailed, decline, name="subscription_payments.decline"),
    Subscriber(PaymentActionRequired, ask, name="subscription_payments.ask"),
    Subscriber(ChargeVoided, drop, name="subscription_payments.drop"),
)

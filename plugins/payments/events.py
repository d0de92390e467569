"""What happens to money, for other plugins to react to.

Amounts are minor units. `ref` is what is paid for, in the words of the plugin that
asked for the payment.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import event


@event("payments.payment.authorised", version=1, key="payment_id")
class PaymentAuthorised:
    """The money is reserved at the payer's bank and waits for its capture."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str


@event("payments.payment.captured", version=1, key="payment_id")
class PaymentCaptured:
    """The money is there: in escrow, or with the payees. Once a payment."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str


@event("payments.payment.failed", version=1, key="payment_id")
class PaymentFailed:
    """An attempt to pay failed; `failure` is the gateway's code. The payer may try again.

    `off_session`: a kept method was charged, with nobody present who would know.
    """

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str
    failure: str
    off_session: bool = False


@event("payments.payment.action_required", version=1, key="payment_id")
class PaymentActionRequired:
    """A kept method was charged, and the payer's bank wants them to confirm it themselves."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str


@event("payments.payment.refunded", version=1, key="payment_id")
class PaymentRefunded:
    """`amount` went back to the payer; `refunded` is the sum of all that did."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    refunded: int
    currency: str
    whole: bool


@event("payments.refund.failed", version=1, key="payment_id")
class RefundFailed:
    """The gateway refused to send `amount` back; `failure` is its reason.

    The money is where it was before. What is in escrow stays there, past
    `release_days`, until somebody decides.
    """

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str
    failure: str


@event("payments.payment.expired", version=1, key="payment_id")
class PaymentExpired:
    """Nobody paid in time."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str


@event("payments.payment.cancelled", version=1, key="payment_id")
class PaymentCancelled:
    """It is no longer to be paid."""

    payment_id: UUID
    ref: str
    payer_id: UUID
    amount: int
    currency: str


@event("payments.escrow.held", version=1, key="escrow_id")
class EscrowHeld:
    """What the payer paid is held for the payee."""

    escrow_id: UUID
    payment_id: UUID
    ref: str
    payee_id: UUID
    amount: int
    currency: str


@event("payments.escrow.released", version=1, key="escrow_id")
class EscrowReleased:
    """What was held, `amount`, is the payee's, less the commission."""

    escrow_id: UUID
    payment_id: UUID
    ref: str
    payee_id: UUID
    amount: int
    currency: str


@event("payments.escrow.refunded", version=1, key="escrow_id")
class EscrowRefunded:
    """What was held, `amount`, goes back to the payer."""

    escrow_id: UUID
    payment_id: UUID
    ref: str
    payee_id: UUID
    amount: int
    currency: str


@event("payments.payout.requested", version=1, key="payout_id")
class PayoutRequested:
    """Somebody wants money sent to their bank; it left their balance."""

    payout_id: UUID
    owner_id: UUID
    amount: int
    currency: str


@event("payments.payout.paid", version=1, key="payout_id")
class PayoutPaid:
    """The gateway sent the money."""

    payout_id: UUID
    owner_id: UUID
    amount: int
    currency: str


@event("payments.payout.returned", version=1, key="payout_id")
class PayoutReturned:
    """A payout failed, was rejected or cancelled (`status`); the money is back in the balance."""

    payout_id: UUID
    owner_id: UUID
    amount: int
    currency: str
    status: str


_PAYERS: Final = (
    PaymentAuthorised,
    PaymentActionRequired,
    PaymentCaptured,
    PaymentFailed,
    PaymentRefunded,
    RefundFailed,
    PaymentExpired,
    PaymentCancelled,
)
_PAYEES: Final = (EscrowHeld, EscrowReleased, EscrowRefunded)
_OWNERS: Final = (PayoutRequested, PayoutPaid, PayoutReturned)
EVENTS: Final = (*_PAYERS, *_PAYEES, *_OWNERS)
PUBLIC: Final = (
    *((each, ("payer_id",), "payments:read") for each in _PAYERS),
    *((each, ("payee_id",), "payments:read") for each in _PAYEES),
    *((each, ("owner_id",), "payments:read") for each in _OWNERS),
)
"""What `webhooks` may send to who pays, is paid or is paid out, and to treasurers."""

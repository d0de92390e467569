"""What other plugins may use of payments.

Amounts are minor units. `ref` is what is paid for in the caller's own words
(`order:<id>`); nobody here reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from peewee import fn

from kernel import Money, Prepared, app, arg
from plugins.payments import demo
from plugins.payments.events import (
    EscrowHeld,
    EscrowRefunded,
    EscrowReleased,
    PaymentActionRequired,
    PaymentAuthorised,
    PaymentCancelled,
    PaymentCaptured,
    PaymentExpired,
    PaymentFailed,
    PaymentRefunded,
    PayoutPaid,
    PayoutRequested,
    PayoutReturned,
    RefundFailed,
)
from plugins.payments.gateway_http import GatewayAnswer, GatewayHttp, require_url
from plugins.payments.models import Account, Payment
from plugins.payments.ports import (
    Charge,
    GatewayDeclined,
    GatewayEvent,
    GatewayUnavailable,
    Intent,
    IntentStatus,
    Kept,
    PaymentGateway,
    Result,
    ResultStatus,
)
from plugins.payments.problems import (
    InProgress,
    InsufficientFunds,
    NotTaken,
    PaymentDiffers,
    PaymentStatus,
    RefundExceeds,
    WebhookRefused,
)
from plugins.payments.services import confirming, demands, escrows, keeping, refunds
from plugins.payments.services.demands import Capture, Share, shares
from plugins.payments.services.rows import as_row
from plugins.payments.states import ENDED

_OF_REFS: Final = Prepared(
    lambda: Payment.select().where(Payment.ref == fn.ANY(arg("refs"))).order_by(Payment.id)
)
Split = Share
"""What one payee is to get: `Split(payee_id, amount, commission)`."""

__all__ = [
    "Capture",
    "Charge",
    "EscrowHeld",
    "EscrowRefunded",
    "EscrowReleased",
    "GatewayAnswer",
    "GatewayDeclined",
    "GatewayEvent",
    "GatewayHttp",
    "GatewayUnavailable",
    "InProgress",
    "InsufficientFunds",
    "Intent",
    "IntentStatus",
    "Kept",
    "NotTaken",
    "PaymentActionRequired",
    "PaymentAuthorised",
    "PaymentCancelled",
    "PaymentCaptured",
    "PaymentCard",
    "PaymentDiffers",
    "PaymentExpired",
    "PaymentFailed",
    "PaymentGateway",
    "PaymentRefunded",
    "PaymentStatus",
    "PayoutPaid",
    "PayoutRequested",
    "PayoutReturned",
    "RefundExceeds",
    "RefundFailed",
    "Result",
    "ResultStatus",
    "Split",
    "WebhookRefused",
    "balance",
    "cancel",
    "capture",
    "charge_kept",
    "decimals",
    "demand",
    "demo_pay",
    "freeze",
    "of_refs",
    "payment",
    "refund",
    "release",
    "release_at",
    "require_url",
    "shares",
]


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A payment as part of something else. `refunded` counts what has gone back."""

    id: UUID
    ref: str
    payer_id: UUID
    amount: Money
    refunded: Money
    status: str
    escrow: bool
    expires_at: datetime | None
    captured_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it may still be paid."""
        return self.captured_at is None and self.status not in ENDED


def demand(
    ref: str,
    payer_id: UUID,
    splits: Sequence[Split],
    currency: str,
    description: str,
    *,
    capture: Capture = "automatic",
    escrow: bool = False,
    expires_at: datetime | None = None,
    once: bool = False,
) -> PaymentCard:
    """Make a payment due, in the caller's transaction; again under the same terms it is the same.

    One that was cancelled, expired or refunded is followed by another, but not with `once`.

    The payer pays it at `POST /v1/payments/{id}/confirm`; what comes of it are events
    with this `ref`. With `escrow` the money is held until `release`. Raises Invalid,
    PaymentDiffers, InProgress.
    """
    made = demands.demand(
        ref, payer_id, splits, currency, description,
        capture=capture, escrow=escrow, expires_at=expires_at, once=once,
    )  # fmt: skip
    return _card(made)


def payment(payment_id: UUID) -> PaymentCard | None:
    """Return a payment; None when there is none."""
    found = Payment.get_or_none(Payment.id == payment_id)
    return _card(found) if found else None


def of_refs(refs: Collection[str]) -> dict[str, PaymentCard]:
    """Return the latest payment of each ref, in one statement; those without are left out."""
    rows = _OF_REFS.dicts(app.db, refs=list(set(refs)))
    return {row["ref"]: _card(as_row(Payment, row)) for row in rows}


def capture(payment_id: UUID, actor: str) -> PaymentCard:
    """Take what was authorised. Asks the gateway: call it outside a transaction."""
    return _card(confirming.capture(payment_id, actor))


def charge_kept(payment_id: UUID, actor: str) -> bool:
    """Have a payment made by a method its payer lets be charged without them; say whether it is.

    In the caller's transaction, as often as you like: while one attempt is under way there is no
    other. The gateway is asked after the commit. PaymentCaptured, PaymentFailed and
    PaymentActionRequired (the payer's bank wants them) tell what came of it. Raises NotFound.
    """
    return keeping.charge(payment_id, actor)


def cancel(payment_id: UUID, actor: str, reason: str) -> PaymentCard:
    """End a payment that was not captured; raise NotFound, PaymentStatus, InProgress."""
    return _card(demands.cancel(payment_id, actor, reason))


def refund(payment_id: UUID, amount: int | None, actor: str, reason: str) -> UUID:
    """Give money back (None: all that is left), in the caller's transaction; return the refund's id.

    It is on its way when the transaction commits; PaymentRefunded tells of its
    arrival, RefundFailed that the gateway refused it. Raises NotFound, PaymentStatus,
    RefundExceeds, InsufficientFunds.
    """
    return UUID(str(refunds.refund(payment_id, amount, actor, reason).id))


def release(payment_id: UUID, actor: str, reason: str = "") -> int:
    """Hand what is held to the payees, in the caller's transaction; return how many escrows that were."""
    return escrows.release_all(payment_id, actor, reason)


def freeze(payment_id: UUID, *, frozen: bool = True) -> None:
    """Keep the clock from releasing what a payment holds in escrow (a dispute), or let it again."""
    escrows.freeze(payment_id, frozen=frozen)


def release_at(payment_id: UUID, moment: datetime) -> None:
    """Let the clock release what a payment holds at a moment (hourly), and no sooner; ends a `freeze`."""
    escrows.release_at(payment_id, moment)


def demo_pay(payment_id: UUID, payer_id: UUID) -> bool:
    """Pay what a demo made due, by the test gateway; say whether people may pay by that here.

    For `demo_data` alone, outside a transaction.
    """
    return demo.pay(payment_id, payer_id)


def decimals(currency: str) -> int:
    """Return how many decimals ISO 4217 gives a currency: USD 2, JPY 0, KWD 3."""
    return len(Money.zero(currency).format().partition(".")[2])


def balance(owner_id: UUID, currency: str) -> Money:
    """Return what somebody has free in a currency."""
    found = Account.select(Account.balance).where(
        Account.owner_id == owner_id, Account.kind == "wallet", Account.currency == currency
    )
    return Money(int(found.scalar() or 0), currency)


def _card(row: Payment) -> PaymentCard:
    return PaymentCard(
        id=row.id,
        ref=row.ref,
        payer_id=row.payer_id,
        amount=Money(row.amount, row.currency),
        refunded=Money(row.refunded, row.currency),
        status=row.status,
        escrow=row.escrow,
        expires_at=row.expires_at,
        captured_at=row.captured_at,
    )

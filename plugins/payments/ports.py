"""The port of payment gateways: what an adapter implements, and the values it speaks in.

An adapter is declared as `Service(PaymentGateway, factory, name="stripe")` and
chosen in `[payments] gateways`. Every call may be repeated under its `key` and
then changes nothing more: a crash, or an answer that was lost, is followed by
the same call. Calls are made outside transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

IntentStatus = Literal[
    "requires_method", "requires_action", "processing", "authorised", "captured", "failed", "cancelled"
]
ResultStatus = Literal["pending", "done", "failed"]


class GatewayUnavailable(Exception):  # noqa: N818 - as ProviderUnavailable
    """No answer, or none that says what happened: ask again under the same key."""


class GatewayDeclined(Exception):  # noqa: N818
    """The gateway will not do it, whoever asks again; `code` is its own word for why."""

    def __init__(self, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid: `amount` in minor units, taken at once unless `capture` is manual.

    `payment_id` comes back in webhooks. `method` is the gateway's token of a card
    or the like; empty when the payer's device gives it to the gateway itself. `data` is
    what that device brought back (Razorpay's signature, for one). `off_session`: the payer
    is not there, and `method` is what `keep` returned for that; where their bank wants them, the
    answer is `requires_action`.
    """

    payment_id: UUID
    amount: int
    currency: str
    capture: Literal["automatic", "manual"]
    description: str
    key: str
    method: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    off_session: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A method that may be charged without its owner: by `token`, empty while they have to confirm that.

    Then `client` is for their device, and `ref` the gateway's name for what is going on.
    Where tokens are of a vault that all accounts share, `customer` is whose it is there: one account's
    alone. `owner` is the account that the gateway was told it is, where it was told.
    """

    ref: str
    token: str = ""
    client: Mapping[str, Any] = field(default_factory=dict)
    customer: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as the gateway has it.

    `client` is for the payer's device: a client secret, the address of a page,
    what the gateway's script wants. `failure` is the gateway's code. `fee` is what the
    gateway keeps of a captured one, in its currency; None while it does not say.
    """

    ref: str
    status: IntentStatus
    amount: int
    currency: str
    client: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""
    fee: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a refund or a payout goes: pending ones are told of by a webhook, or asked for again."""

    ref: str
    status: ResultStatus
    failure: str = ""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A verified webhook. It has an intent, or a result with the `key` of our operation.

    `payment_id` is what the gateway was given as such, when it says so. A refund that may
    have been made in the gateway's console names, beside its result, what it is `refund_of`:
    the intent, with the amount and currency that went back.
    """

    id: str
    type: str
    intent: Intent | None = None
    payment_id: UUID | None = None
    result: Result | None = None
    key: str = ""
    refund_of: Intent | None = None


class PaymentGateway(Protocol):
    """An account at a payment gateway."""

    def takes(self, amount: int, currency: str) -> str:
        """Return why the gateway does not take this amount or currency; empty when it does. No I/O."""
        ...

    def create_intent(self, charge: Charge) -> Intent:
        """Make the payment known to the gateway and, when `charge.method` is given, confirm it."""
        ...

    def confirm(self, ref: str, charge: Charge) -> Intent:
        """Confirm an intent with a method, or look what came of the payer's own doing."""
        ...

    def keep(self, token: str, key: str, ref: str = "") -> Kept:
        """Make a method one that may be charged without its owner; with `ref`, look how that went on.

        Raise GatewayDeclined where the gateway does not, or the method is none of that kind.
        """
        ...

    def fetch(self, ref: str) -> Intent:
        """Return what the gateway has by that name now."""
        ...

    def capture(self, ref: str, charge: Charge) -> Intent:
        """Take what was authorised, the whole of it."""
        ...

    def cancel(self, ref: str, key: str) -> Intent:
        """Give up an intent; return how it is then: it may have been captured meanwhile."""
        ...

    def refund(self, ref: str, amount: int, currency: str, key: str) -> Result:
        """Give `amount` of a captured intent back."""
        ...

    def payout(self, destination: str, amount: int, currency: str, key: str) -> Result:
        """Send money to a bank account; raise GatewayDeclined where the gateway does not."""
        ...

    def fetch_result(self, kind: Literal["refund", "payout"], ref: str) -> Result:
        """Return how a refund or payout that was pending goes now."""
        ...

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent | None:
        """Return the event of a webhook (None: of no interest); raise WebhookRefused.

        `headers` are lower-cased. Outside a transaction; may do I/O.
        """
        ...

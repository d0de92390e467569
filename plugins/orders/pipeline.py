"""The values that travel through the order pipeline, from offer to order.

Amounts are `Money` (integer minor units). A line's `position` counts from 0 in
the order the client sent the lines, so a problem can name `/lines/<position>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from kernel import Money, Principal

Party = Literal["buyer", "seller", "operator", "system"]
"""Who takes an order through a transition; `operator` holds `orders:manage` in its scope."""

Effect = Literal["", "confirm", "release", "restock"]
"""What a transition does to what was reserved: nothing, sell it for good, give it back, or give it back if
who takes it says so (`restock`)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a ref stands for at this moment, as the plugin that owns it answers.

    `available` None: not counted. `scope` None: everybody's. `snapshot` is JSON
    and goes into the order as it is, for good. `quantity_max` bounds one line.
    """

    ref: str
    title: str
    seller_id: UUID
    unit_price: Money
    available: int | None = None
    scope: str | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    quantity_max: int = 1_000_000


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line about to be ordered; `id` and `order_id` are what it will have when it is stored."""

    id: UUID
    order_id: UUID
    position: int
    offer: Offer
    quantity: int

    @property
    def amount(self) -> Money:
        """The price of the whole line, before adjustments."""
        return self.offer.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Draft:
    """A checkout about to become one order for each seller; all of one currency and one scope."""

    checkout_id: UUID
    buyer: Principal
    currency: str
    lines: tuple[DraftLine, ...]
    note: str = ""

    @property
    def seller_ids(self) -> tuple[UUID, ...]:
        """The sellers, each once, in the order of their first lines."""
        return tuple(dict.fromkeys(line.offer.seller_id for line in self.lines))

    @property
    def scope(self) -> str | None:
        """The scope all lines belong to; None: everybody's."""
        return self.lines[0].offer.scope


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An amount added to (or, when negative, taken off) what is paid.

    `line` is a line's position; `seller_id` the seller whose orders bear it.
    With neither, all orders of the checkout share it in proportion to their
    subtotals, by largest remainder. `kind` is `discount`, `shipping`, `tax`, …
    """

    kind: str
    label: str
    amount: Money
    seller_id: UUID | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Commission:
    """What the platform keeps of a line: `rate_bp` in basis points (1/100 of a percent), `rule` says why."""

    line: int
    rate_bp: int
    amount: Money
    rule: str = ""


@dataclass(frozen=True, slots=True)
class PaymentDemand:
    """An order has to be paid before it is confirmed.

    `url` is where the client pays, shown with the order. Past `expires_at`
    (None: the setting `pending_hours`) the unpaid order is cancelled.
    """

    url: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of a placed order; frozen. `commission_rate_bp` is in basis points."""

    id: UUID
    position: int
    ref: str
    title: str
    quantity: int
    unit_price: Money
    amount: Money
    commission: Money
    commission_rate_bp: int


@dataclass(frozen=True, slots=True)
class OrderCard:
    """A placed order as other plugins see it.

    `total` is what the buyer pays, adjustments included; `commission` the
    platform's part of it. `payment_due` says that it waits to be paid.
    `version` grows with every change of status.
    """

    id: UUID
    number: str
    checkout_id: UUID
    buyer_id: UUID
    seller_id: UUID
    scope: str | None
    status: str
    subtotal: Money
    total: Money
    commission: Money
    lines: tuple[OrderLine, ...]
    payment_due: bool
    placed_at: datetime
    confirmed_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one of `sources` to `target`, offered to the parties in `by`.

    `system` may always take it. `needs_reason` refuses an empty reason;
    `effect` says what happens to the stock that was reserved. `days` after the
    completion a COMPLETED order allows it no more; None: there is no end.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    by: tuple[Party, ...]
    summary: str
    needs_reason: bool = False
    effect: Effect = ""
    days: int | None = None

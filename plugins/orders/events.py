"""What happens to orders, for other plugins to react to.

The scope of the order is the scope of the event. No event carries a title or a
reason: events are kept for good, what people wrote is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel import Money, event


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSold:
    """A line of a completed order."""

    ref: str
    quantity: int
    amount: Money


@event("orders.order.placed", version=1, key="order_id")
class OrderPlaced:
    """There is a new order, PENDING; `total` is what the buyer pays."""

    order_id: UUID
    checkout_id: UUID
    number: str
    buyer_id: UUID
    seller_id: UUID
    total: Money
    payment_due: bool = False


@event("orders.order.confirmed", version=1, key="order_id")
class OrderConfirmed:
    """Its seller, or its payment, confirmed it."""

    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    total: Money


@event("orders.order.completed", version=1, key="order_id")
class OrderCompleted:
    """The buyer has what was ordered; `commission` is the platform's part of `total`."""

    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    total: Money
    commission: Money
    lines: list[LineSold]


@event("orders.order.cancelled", version=1, key="order_id")
class OrderCancelled:
    """It will not be carried out; `by` is buyer, seller, operator or system, `was` its status before."""

    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    total: Money
    by: str
    was: str


@event("orders.order.status_changed", version=1, key="order_id")
class OrderStatusChanged:
    """It went from one status to another, those of other plugins included.

    Published after each change, together with the event that names it; not at
    placement. `transition` is the way it took, `by` who took it.
    """

    order_id: UUID
    number: str
    buyer_id: UUID
    seller_id: UUID
    was: str
    status: str
    transition: str
    by: str
    version: int


@event("orders.order.restocked", version=1, key="order_id")
class OrderRestocked:
    """The goods of a refunded order went back into stock; `by` is who said so."""

    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    by: str


EVENTS = (OrderPlaced, OrderConfirmed, OrderCompleted, OrderCancelled, OrderStatusChanged, OrderRestocked)

PUBLIC = tuple((each, ("buyer_id", "seller_id"), "orders:manage") for each in EVENTS)
"""What `webhooks` may send to the parties, and to who looks after the orders of the scope."""

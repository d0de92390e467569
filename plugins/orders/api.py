"""What other plugins may use of orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal
from uuid import UUID

from kernel import SYSTEM, NotFound, Principal, app
from plugins.orders import cards, demo
from plugins.orders.events import (
    LineSold,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderPlaced,
    OrderRestocked,
    OrderStatusChanged,
)
from plugins.orders.pipeline import (
    Adjustment,
    Commission,
    Draft,
    DraftLine,
    Offer,
    OrderCard,
    OrderLine,
    PaymentDemand,
    Transition,
)
from plugins.orders.services import placement, transitions
from plugins.orders.states import OrderStatus

__all__ = [
    "Adjustment",
    "Commission",
    "Draft",
    "DraftLine",
    "LineSold",
    "Offer",
    "OrderCancelled",
    "OrderCard",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderLine",
    "OrderPlaced",
    "OrderRestocked",
    "OrderStatus",
    "OrderStatusChanged",
    "PaymentDemand",
    "Transition",
    "change_status",
    "confirm_paid",
    "demo_orders",
    "order",
    "orders",
    "orders_of",
    "place",
]


def place(buyer: Principal, lines: Sequence[tuple[str, int]], note: str = "") -> Sequence[OrderCard]:
    """Place a checkout of (ref, quantity) in the caller's transaction: what a cart does.

    Returns one order for each seller. Raises Invalid and OutOfStock naming the
    lines at fault (`/lines/n/…`), and what guards of other plugins raise.
    """
    asked = [{"ref": ref, "quantity": quantity} for ref, quantity in lines]
    return [cards.card_of(row) for row in placement.place(buyer, asked, note)]


def orders(ids: Iterable[UUID]) -> dict[UUID, OrderCard]:
    """Return orders by id, in two statements for any number; unknown ones are left out."""
    return cards.cards(ids)


def order(order_id: UUID) -> OrderCard:
    """Return one order; raise NotFound."""
    found = cards.cards([order_id]).get(order_id)
    if found is None:
        raise NotFound
    return found


def orders_of(
    user_id: UUID,
    party: Literal["buyer", "seller"],
    *,
    statuses: Collection[str] = (),
    before: UUID | None = None,
    limit: int = 20,
) -> Sequence[OrderCard]:
    """Return a page of somebody's orders, the latest first, of the given statuses (none: all).

    `before` is the id of the last order of the page before.
    """
    return cards.of_person(user_id, party, statuses, before, limit)


def demo_orders() -> Sequence[OrderCard]:
    """Return the orders of the demo data, for plugins that show in theirs what comes of orders."""
    return list(cards.cards(demo.ids()).values())


def confirm_paid(order_id: UUID) -> OrderCard:
    """Confirm an order whose payment is there; harmless twice. Call it in a transaction of yours or in none.

    Raises NotFound, and OrderStatus (409) when it was cancelled meanwhile: then refund.
    """
    return transitions.confirm_paid(order_id)


def change_status(
    order_id: UUID,
    name: str,
    *,
    actor: Principal = SYSTEM,
    reason: str = "",
    restock: bool | None = None,
) -> OrderCard:
    """Take an order through a transition by its name (`cancel`, or one of yours); return it as it is then.

    `actor` is whose right is looked at and whom the history names; SYSTEM may do all. Of two that race one
    gets OrderStatus (409), which names what is allowed. Raises NotFound when the order is not the actor's.
    `restock` says whether the goods go back, where a transition leaves it open; not said, SYSTEM means no.
    """
    wish = transitions.Wish(reason, restock=restock)
    with app.db.atomic():
        return cards.card_of(transitions.change_status(order_id, name, actor, wish))

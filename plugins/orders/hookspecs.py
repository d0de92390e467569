"""Extension points of orders: the pipeline's stages. Implement with `@hookimpl(optionalhook=True)`.

Placement is one transaction: resolve → guard → adjust → commission → reserve →
payment; the orders, their lines and `orders.order.placed.v1` commit with it. No
stage does outside I/O. A `Problem` raised in a stage is the client's answer and
undoes the whole checkout; any other exception is a 500 and undoes it as well.
Stages run in the order of dependencies between plugins. Where a hook returns
`Offer`, `Adjustment`, `Commission`, `PaymentDemand` or `Transition`, a mapping
with its fields does as well: a plugin that does not require orders imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel import Principal, hookspec
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


@hookspec
def orders_resolve(refs: Sequence[str], buyer: Principal) -> Mapping[str, Offer]:
    """Return what the refs of your kind stand for now, by ref.

    Called once for each placement, in its transaction, with all refs of the
    checkout; take those that begin with your kind (`listing:`) and leave out
    what does not exist or `buyer` may not see: both answer 422 at `/lines/n/ref`.
    One statement for any number.
    """
    raise AssertionError("a specification is never called")


@hookspec
def orders_guard_place(draft: Draft) -> None:
    """Refuse a checkout by raising a problem (Forbidden, Conflict, …); say nothing to let it pass.

    Called once for each placement, in its transaction, after the refs are resolved.
    """


@hookspec
def orders_adjust(draft: Draft) -> Sequence[Adjustment]:
    """Return discounts (negative), shipping, taxes: what is added to the prices of the lines.

    Called once for each placement, in its transaction. No order may come out below 0.
    """
    raise AssertionError("a specification is never called")


@hookspec
def orders_commission(draft: Draft) -> Sequence[Commission]:
    """Return the platform's part of lines, at most one a line; it is frozen into the order.

    Called once for each placement, in its transaction. The first plugin that
    answers for a line counts; a line nobody answers for bears none.
    """
    raise AssertionError("a specification is never called")


@hookspec
def orders_reserve(draft: Draft, lines: Sequence[DraftLine]) -> None:
    """Take what the lines need off the stock, or raise a Conflict that names what is left.

    Called once for each checkout with all its lines, in the placing transaction:
    lock rows in the order of their ids, so that two checkouts never wait for each
    other in a circle. Check and write in one statement. Lines of another kind are not yours.
    """


@hookspec
def orders_release(order: OrderCard, lines: Sequence[OrderLine], reason: str) -> None:
    """Give back what an order had taken: it is being cancelled, or its goods came back, in this transaction.

    `order` is as it was before: its status tells whether it had been confirmed, or
    even completed. Called at most once for each order, however often and by whatever
    ways its goods are said to be back. Lock in the order of ids.
    """


@hookspec
def orders_confirm(order: OrderCard, lines: Sequence[OrderLine]) -> None:
    """Sell for good what was reserved: the order is being confirmed, in this transaction.

    Called once for each order. A problem refuses the confirmation.
    """


@hookspec
def orders_payment(order: OrderCard) -> PaymentDemand | None:
    """Say that this order has to be paid before it is confirmed; None when not.

    Called for each order in the placing transaction, just before it is stored (again
    if its number turns out to be taken): no gateway is called here. Make the payment in
    a later transaction of its own, on `orders.order.placed.v1` or when the client opens
    `url`, and call `orders.api.confirm_paid` when the money is there. The first answer counts.
    """
    raise AssertionError("a specification is never called")


@hookspec
def orders_states() -> Sequence[Transition]:
    """Return transitions beyond confirm, complete and cancel; new states come with them.

    Called once, when the first order is looked at. A name that is taken already is refused.
    """
    raise AssertionError("a specification is never called")


@hookspec
def orders_demo() -> Mapping[str, Sequence[UUID]]:
    """Return who trades with each other in which scopes of your demo data: at least two in each.

    Called by `manage.py demo` only, perhaps before your own `demo_data`: ids that
    are the same everywhere will do.
    """
    raise AssertionError("a specification is never called")

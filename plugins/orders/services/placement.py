"""Placement: the pipeline, in one transaction.

resolve → guard → adjust → commission → reserve → store → payment → notices → events.
Whatever a stage raises undoes all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from kernel import Principal, StoaError, app, uuid7
from plugins.orders import cards, notices, numbers, sql
from plugins.orders.events import OrderPlaced
from plugins.orders.pipeline import Commission, Draft, DraftLine, OrderCard, PaymentDemand
from plugins.orders.services import amounts
from plugins.orders.services.drafting import Asked, drafted
from plugins.orders.settings import OrdersSettings

_DRAWS: Final = 5
"""How often repeated numbers are drawn again: 8 random characters repeat once in a million million."""


Row = dict[str, Any]
"""An order as `sql.WHOLE` reads it."""


def place(buyer: Principal, lines: Asked, note: str = "") -> list[Row]:
    """Place a checkout in the caller's transaction; return its orders, one for each seller.

    `lines` have `ref` and `quantity`. Raises Invalid and OutOfStock naming the
    lines at fault, and what the guards of other plugins raise.
    """
    if not app.db.in_transaction():
        raise StoaError("place an order inside `with app.db.atomic():`")
    return carry_out(drafted(buyer, lines, note))


def carry_out(draft: Draft) -> list[Row]:
    """Take a draft through the stages of the pipeline; return its orders."""
    app.hooks.call("orders_guard_place", draft=draft)
    shares, kept = amounts.shares(draft), amounts.commissions(draft)
    app.hooks.call("orders_reserve", draft=draft, lines=draft.lines)
    _store(draft, shares, kept)
    rows = app.db.dicts(sql.WHOLE, {"ids": [share.order_id for share in shares]})
    for row in rows:
        _demand(row)
    orders = [cards.card_of(row) for row in rows]
    for order in orders:
        notices.placed(order)
    app.bus.publish(*map(_event, orders), scope=draft.scope)
    return rows


def due(status: str) -> datetime | None:
    """Return when an order that comes into a status now takes its next step by itself; None for never."""
    settings = app.settings.of(OrdersSettings)
    waits = {
        "PENDING": timedelta(hours=settings.pending_hours),
        "CONFIRMED": timedelta(days=settings.complete_days),
    }
    wait = waits.get(status)
    return app.clock.now() + wait if wait else None


def _store(draft: Draft, shares: Sequence[amounts.Share], kept: dict[int, Commission]) -> None:
    """Write orders, lines and first steps; draw again the numbers that there are already."""
    waiting = list(shares)
    for _ in range(_DRAWS):
        rows = app.db.rows(sql.PLACE, _values(draft, waiting, kept))
        stored = {order_id for (order_id,) in rows}
        waiting = [share for share in waiting if share.order_id not in stored]
        if not waiting:
            return
    raise StoaError("orders.number: the format makes the same numbers again and again: give it more {random}")


def _values(draft: Draft, shares: Sequence[amounts.Share], kept: dict[int, Commission]) -> dict[str, Any]:
    drawn = numbers.draw(len(shares))
    orders = [_order(share, number, kept) for share, number in zip(shares, drawn, strict=True)]
    lines = [_line(line, kept.get(line.position)) for share in shares for line in share.lines]
    return {
        "now": app.clock.now(),
        "due_at": due("PENDING"),
        "checkout_id": draft.checkout_id,
        "buyer_id": draft.buyer.id,
        "currency": draft.currency,
        "note": draft.note,
        "orders": orjson.dumps(orders).decode(),
        "lines": orjson.dumps(lines).decode(),
        "steps": orjson.dumps([{"id": uuid7(), "order_id": share.order_id} for share in shares]).decode(),
    }


def _order(share: amounts.Share, number: str, kept: dict[int, Commission]) -> dict[str, Any]:
    offer = share.lines[0].offer
    return {
        "id": share.order_id,
        "number": number,
        "seller_id": offer.seller_id,
        "scope": offer.scope or "",
        "subtotal": share.subtotal.amount,
        "total": share.total.amount,
        "commission": sum(kept[each.position].amount.amount for each in share.lines if each.position in kept),
        "adjustments": share.adjustments,
    }


def _line(line: DraftLine, commission: Commission | None) -> dict[str, Any]:
    return {
        "id": line.id,
        "order_id": line.order_id,
        "position": line.position,
        "ref": line.offer.ref,
        "title": line.offer.title,
        "quantity": line.quantity,
        "unit_amount": line.offer.unit_price.amount,
        "amount": line.amount.amount,
        "commission": commission.amount.amount if commission else 0,
        "commission_rate_bp": commission.rate_bp if commission else 0,
        "commission_rule": commission.rule if commission else "",
        "snapshot": dict(line.offer.snapshot),
    }


def _demand(row: Row) -> None:
    """Ask whether the order has to be paid first, and write it down."""
    if not app.hooks.implementations("orders_payment"):
        return
    given = app.hooks.first("orders_payment", order=cards.card_of(row))
    if given is not None:
        demand = given if isinstance(given, PaymentDemand) else PaymentDemand(**given)
        changes = {"payment_url": demand.url, "due_at": demand.expires_at or row["due_at"]}
        app.db.execute_sql(sql.DEMAND, changes | {"id": row["id"]})
        row |= changes | {"payment_due": True}


def _event(order: OrderCard) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.id,
        checkout_id=order.checkout_id,
        number=order.number,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        total=order.total,
        payment_due=order.payment_due,
    )

"""Placement: the pipeline, in one transaction.

resolve → guard → adjust → commission → reserve → payment → store → notices → events.
Whatever a stage raises undoes all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from kernel import Principal, StoaError, app, uuid7
from plugins.orders import cards, notices, numbers, sql
from plugins.orders.events import OrderPlaced
from plugins.orders.pipeline import Commission, Draft, DraftLine, OrderCard, PaymentDemand
from plugins.orders.services import amounts
from plugins.orders.services.drafting import Asked, drafted
from plugins.orders.settings import OrdersSettings
from plugins.orders.states import PENDING

_OWN: Final = (
    *("id", "number", "seller_id", "subtotal", "total", "commission", "adjustments"),
    *("payment_due", "payment_url", "due_at"),
)
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
    rows = _stored(draft, shares, kept)
    orders = [cards.card_of(row) for row in rows]
    notices.placed(orders)
    app.bus.publish(*map(_event, orders), scope=draft.scope)
    return rows


def due(status: str) -> datetime | None:
    """Return when an order that comes into a status now takes its next step by itself; None for never."""
    settings = app.settings.of(OrdersSettings)
    waits = {
        PENDING: timedelta(hours=settings.pending_hours),
        "CONFIRMED": timedelta(days=settings.complete_days),
    }
    wait = waits.get(status)
    return app.clock.now() + wait if wait else None


def _stored(draft: Draft, shares: Sequence[amounts.Share], kept: dict[int, Commission]) -> list[Row]:
    """Write orders, lines and first steps; draw again the numbers that there are already."""
    found: dict[UUID, Row] = {}
    for _ in range(_DRAWS):
        waiting = [share for share in shares if share.order_id not in found]
        rows = [
            _row(draft, share, number, kept)
            for share, number in zip(waiting, numbers.draw(len(waiting)), strict=True)
        ]
        stored = {order_id for (order_id,) in app.db.rows(sql.PLACE, _values(draft, rows))}
        found |= {row["id"]: row for row in rows if row["id"] in stored}
        if len(found) == len(shares):
            return [found[order_id] for order_id in sorted(found)]
    raise StoaError("orders.number: the format makes the same numbers again and again: give it more {random}")


def _values(draft: Draft, rows: Sequence[Row]) -> dict[str, Any]:
    lines = [{**line, "order_id": row["id"]} for row in rows for line in row["lines"]]
    orders = [{name: row[name] for name in _OWN} for row in rows]
    return {
        "now": rows[0]["placed_at"],
        "checkout_id": draft.checkout_id,
        "buyer_id": draft.buyer.id,
        "currency": draft.currency,
        "scope": draft.scope or "",
        "note": draft.note,
        "orders": orjson.dumps(orders).decode(),
        "lines": orjson.dumps(lines).decode(),
        "steps": orjson.dumps([{"id": uuid7(), "order_id": row["id"]} for row in rows]).decode(),
    }


def _row(draft: Draft, share: amounts.Share, number: str, kept: dict[int, Commission]) -> Row:
    """Return an order as `sql.WHOLE` would read it, about to be stored."""
    now = app.clock.now()
    lines = [_line(line, kept.get(line.position)) for line in share.lines]
    row: Row = {
        "id": share.order_id,
        "number": number,
        "checkout_id": draft.checkout_id,
        "buyer_id": draft.buyer.id,
        "seller_id": share.lines[0].offer.seller_id,
        "scope": draft.scope,
        "status": PENDING,
        "currency": draft.currency,
        "subtotal": share.subtotal.amount,
        "total": share.total.amount,
        "commission": sum(line["commission"] for line in lines),
        "adjustments": share.adjustments,
        "note": draft.note,
        "payment_due": False,
        "payment_url": "",
        "due_at": due(PENDING),
        "placed_at": now,
        **dict.fromkeys(("confirmed_at", "completed_at", "cancelled_at", "restocked_at")),
        "updated_at": now,
        "version": 1,
        "lines": orjson.loads(orjson.dumps(lines)),  # ids and snapshots as JSON has them
    }
    return row | _demanded(row)


def _line(line: DraftLine, commission: Commission | None) -> dict[str, Any]:
    return {
        "id": line.id,
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


def _demanded(row: Row) -> dict[str, Any]:
    """Ask whether the order has to be paid first; return what of it changes then."""
    if not app.hooks.implementations("orders_payment"):
        return {}
    given = app.hooks.first("orders_payment", order=cards.card_of(row))
    if given is None:
        return {}
    demand = given if isinstance(given, PaymentDemand) else PaymentDemand(**given)
    return {"payment_due": True, "payment_url": demand.url, "due_at": demand.expires_at or row["due_at"]}


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

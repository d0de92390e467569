"""Orders as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import Money, app
from plugins.orders import sql

_CHANGES: Final = ("orders.order.placed.v1", "orders.order.status_changed.v1")
_FACTS: Final = """
SELECT o.id, o.status, o.scope, o.seller_id, o.currency, o.total, o.commission, o.confirmed_at,
    o.cancelled_at,
    (SELECT jsonb_agg(jsonb_build_object('ref', l.ref, 'title', l.title, 'quantity', l.quantity,
        'amount', l.amount) ORDER BY l.position) FROM orders_line AS l WHERE l.order_id = o.id) AS lines
FROM orders_order AS o WHERE o.id = ANY(%(ids)s::uuid[])
"""
_SHOWN: Final = ("id", "number", "status", "placed_at", "buyer_id", "seller_id")


def source() -> dict[str, Any]:
    """Return orders as a source of figures."""
    return {
        "kind": "order",
        "events": {wire: attrgetter("order_id") for wire in _CHANGES},
        "facts": _facts,
        "table": "orders_order",
        "recent": _recent,
    }


def _facts(ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """Yield what is true of orders now: sold when confirmed, no more since they were cancelled."""
    for row in app.db.dicts(_FACTS, {"ids": list(ids)}):
        fact = {name: row[name] for name in ("id", "status", "scope", "seller_id")}
        yield fact | {"sale": _sale(row) if row["confirmed_at"] else None}


def _sale(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "currency": row["currency"],
        "amount": row["total"],
        "commission": min(row["commission"], row["total"]),
        "at": row["confirmed_at"],
        "voided_at": row["cancelled_at"],
        "lines": row["lines"] or [],
    }


def _recent(scope: str | None, seller_id: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return the latest orders: of a scope, of a seller, of all."""
    conditions = [("scope", scope), ("seller", seller_id)]
    statement = sql.page(tuple(name for name, value in conditions if value is not None))
    rows = app.db.dicts(statement, {"scope": scope, "person": seller_id, "limit": limit})
    return [
        {name: row[name] for name in _SHOWN} | {"total": Money(row["total"], row["currency"])} for row in rows
    ]

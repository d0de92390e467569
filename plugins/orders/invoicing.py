"""Orders as sales with invoices: for the plugin invoices, where it is enabled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.orders import sql

_LINE: Final = ("title", "quantity", "unit_amount", "amount", "commission", "commission_rate_bp")
_ORDER: Final = ("id", "number", "seller_id", "buyer_id", "currency", "total", "commission")


def source() -> dict[str, Any]:
    """Return orders as a kind of sales."""
    events = {"orders.order.status_changed.v1": attrgetter("order_id")}
    return {"kind": "order", "table": "orders_order", "events": events, "sales": _sales}


def _sales(ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """Yield the orders that were confirmed, as they were placed. One statement."""
    for row in app.db.dicts(sql.BY_IDS, {"ids": list(ids)}):
        if row["confirmed_at"] is not None:
            yield _sale(row)


def _sale(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _ORDER} | {
        "scope": row["scope"] or "",
        "lines": [{name: line[name] for name in _LINE} for line in row["lines"]],
        "adjustments": [(each["label"], each["amount"]) for each in row["adjustments"]],
        "ordered_at": row["placed_at"],
        "sold_at": row["confirmed_at"],
        "voided_at": row["cancelled_at"],
    }

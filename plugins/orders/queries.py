"""Read paths: pages of orders, one order, its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from kernel import ALL, FieldError, Forbidden, Invalid, Page, Principal, app
from plugins.orders import sql
from plugins.orders.permissions import MANAGE, VIEW
from plugins.orders.pipeline import Party
from plugins.orders.services.transitions import parties, visible
from plugins.orders.states import Machine, ends

_PLAIN: Final = ("status", "scope", "checkout", "number", "placed_after", "placed_before")


def page(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of what somebody bought, sold or looks after, the latest first. One statement."""
    conditions, values = _audience(viewer, asked["as_"])
    for name in _PLAIN:
        if name in asked:
            conditions.append(name)
            values[name] = asked[name]
    if asked["cursor"] is not None:
        conditions.append("before")
        values["before"] = _position(asked["cursor"])
    limit = asked["limit"]
    rows = app.db.dicts(sql.page(tuple(conditions)), values | {"limit": limit + 1})
    following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page([_item(row) for row in rows[:limit]], following)


def _audience(viewer: Principal, party: str) -> tuple[list[str], dict[str, Any]]:
    if party != "operator":
        if viewer.id is None:
            raise Forbidden("This takes an account.")
        return [party], {"person": viewer.id}
    scopes: set[str] = set()
    for permission in (VIEW, MANAGE):
        seen = viewer.scopes_for(permission)
        if seen is ALL:
            return [], {}
        scopes |= set(seen)
    if not scopes:
        raise Forbidden(f"It takes {VIEW}.")
    return ["scopes"], {"scopes": sorted(scopes)}


def _position(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as ex:
        fault = FieldError("is not a cursor of this list; start without one", parameter="cursor")
        raise Invalid(errors=[fault]) from ex


def one(order_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return an order; raise NotFound when it is not the viewer's to see. One statement."""
    row, found = visible(order_id, viewer)
    return _whole(row, found)


def shown(row: Mapping[str, Any], viewer: Principal) -> dict[str, Any]:
    """Return a row of `sql.WHOLE` as its viewer sees it, who may."""
    return _whole(row, parties(row, viewer))


def history(order_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return the changes of an order's status, the oldest first; raise NotFound. Two statements."""
    visible(order_id, viewer)
    return {"items": app.db.dicts(sql.HISTORY, {"id": order_id})}


def _money(amount: int, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    return {
        **row,
        "total": _money(row["total"], currency),
        "lines": [_line(each, currency) for each in row["lines"]],
    }


def _line(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        **row,
        "unit_price": _money(row["unit_amount"], currency),
        "amount": _money(row["amount"], currency),
    }


def _whole(row: Mapping[str, Any], found: Collection[Party]) -> dict[str, Any]:
    currency, insider = row["currency"], bool(set(found) - {"buyer"})
    machine = app.service(Machine)
    shown = _item(row)
    for line, stored in zip(shown["lines"], row["lines"], strict=True):
        line["commission"] = _commission(stored, currency) if insider else None
    return shown | {
        "subtotal": _money(row["subtotal"], currency),
        "commission": _money(row["commission"], currency) if insider else None,
        "adjustments": [{**each, "amount": _money(each["amount"], currency)} for each in row["adjustments"]],
        "payment": {"url": row["payment_url"], "due_at": row["due_at"]} if row["payment_due"] else None,
        "note": row["note"] if found else "",  # said to the seller, not to who looks after the scope
        "allowed": machine.names(row, found),
        "until": {
            each.name: end for each in machine.allowed(row, found) if (end := ends(each, row)) is not None
        },
    }


def _commission(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "rate_bp": row["commission_rate_bp"],
        "amount": _money(row["commission"], currency),
        "rule": row["commission_rule"],
    }

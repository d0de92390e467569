"""Orders as other plugins see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from kernel import Money, app
from plugins.orders import sql
from plugins.orders.pipeline import OrderCard, OrderLine


def cards(ids: Iterable[UUID]) -> dict[UUID, OrderCard]:
    """Return orders by id: one statement for any number."""
    asked = list(set(ids))
    rows = app.db.dicts(sql.BY_IDS, {"ids": asked}) if asked else []
    return {row["id"]: card_of(row) for row in rows}


def of_person(
    user_id: UUID, party: str, statuses: Collection[str], before: UUID | None, limit: int
) -> list[OrderCard]:
    """Return a page of somebody's orders, the latest first: one statement."""
    conditions, values = [party], {"person": user_id, "limit": limit}
    if statuses:
        conditions.append("statuses")
        values["statuses"] = list(statuses)
    if before is not None:
        conditions.append("before")
        values["before"] = before
    return [card_of(row) for row in app.db.dicts(sql.page(tuple(conditions)), values)]


def card_of(row: Mapping[str, Any]) -> OrderCard:
    """Return a row of `sql.COLUMNS` as a card."""
    currency = row["currency"]
    same = (
        "id",
        "number",
        "checkout_id",
        "buyer_id",
        "seller_id",
        "scope",
        "status",
        "payment_due",
        "version",
    )
    times = ("placed_at", "confirmed_at", "completed_at", "cancelled_at")
    return OrderCard(
        **{name: row[name] for name in (*same, *times)},
        subtotal=Money(row["subtotal"], currency),
        total=Money(row["total"], currency),
        commission=Money(row["commission"], currency),
        lines=tuple(_line(each, currency) for each in row["lines"]),
    )


def _line(row: Mapping[str, Any], currency: str) -> OrderLine:
    return OrderLine(
        id=UUID(row["id"]),
        position=row["position"],
        ref=row["ref"],
        title=row["title"],
        quantity=row["quantity"],
        unit_price=Money(row["unit_amount"], currency),
        amount=Money(row["amount"], currency),
        commission=Money(row["commission"], currency),
        commission_rate_bp=row["commission_rate_bp"],
    )

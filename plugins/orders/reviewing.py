"""Orders as transactions that can be reviewed: for the plugin reviews, where it is enabled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plugins.orders import cards
from plugins.orders.states import COMPLETED


def transaction(ref: str) -> Mapping[str, Any] | None:
    """Return what `order:<id>` stands for; None for other refs and unknown orders. One statement.

    Completed is what is COMPLETED now: a dispute ends the time of reviews.
    """
    kind, _, name = ref.partition(":")
    try:
        order = cards.cards([UUID(name)]).get(UUID(name)) if kind == "order" else None
    except ValueError:
        return None  # no id, so no order
    if order is None:
        return None
    return {
        "ref": f"order:{order.id}",
        "parties": {"buyer": order.buyer_id, "seller": order.seller_id},
        "completed_at": order.completed_at if order.status == COMPLETED else None,
        "title": order.lines[0].title if len(order.lines) == 1 else order.number,
        "scope": order.scope,
        "about": [line.ref for line in order.lines],
    }

"""The messages orders send: one to each party they concern for each change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kernel import app
from plugins.notifications.api import Message, NotificationType, send_all
from plugins.orders.pipeline import OrderCard, Party
from plugins.orders.settings import OrdersSettings

TYPES = (
    NotificationType("orders.placed", "Somebody ordered something from you"),
    NotificationType("orders.received", "Your order was received"),
    NotificationType("orders.status", "The status of an order changed"),
)


def placed(orders: Iterable[OrderCard]) -> None:
    """Tell the sellers of new orders, and the buyer that they were received."""
    send_all(
        each
        for order in orders
        for each in (
            _message("placed", order, order.seller_id, ""),
            _message("received", order, order.buyer_id, ""),
        )
    )


def changed(order: OrderCard, by: Party, reason: str) -> None:
    """Tell of a change of status whom it concerns: both parties, without the one who made it."""
    parties = (("buyer", order.buyer_id), ("seller", order.seller_id))
    send_all(_message("status", order, user_id, reason) for party, user_id in parties if party != by)


def _message(name: str, order: OrderCard, user_id: UUID, reason: str) -> Message:
    page = app.settings.of(OrdersSettings).page_url.replace("{id}", str(order.id))
    if page.startswith("/"):
        page = f"{app.settings.kernel.public_url.rstrip('/')}{page}"
    data: dict[str, Any] = {
        "order_id": str(order.id),
        "number": order.number,
        "status": order.status,
        "title": order.lines[0].title,
        "more": len(order.lines) - 1,
        "total": str(order.total),
        "payment_due": order.payment_due,
        "reason": reason,
        "page_url": page,
        "url": page or f"/v1/orders/{order.id}",
    }
    key = f"{order.id}:{order.version}"
    return Message(f"orders.{name}", user_id, data, key=key, scope=order.scope)

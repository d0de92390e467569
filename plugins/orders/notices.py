"""The messages orders send: one to each party they concern for each change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import app
from plugins.notifications.api import NotificationType, send
from plugins.orders.pipeline import OrderCard, Party
from plugins.orders.settings import OrdersSettings

TYPES = (
    NotificationType("orders.placed", "Somebody ordered something from you"),
    NotificationType("orders.received", "Your order was received"),
    NotificationType("orders.status", "The status of an order changed"),
)


def placed(order: OrderCard) -> None:
    """Tell the seller of a new order, and the buyer that it was received."""
    _tell("placed", order, order.seller_id, "")
    _tell("received", order, order.buyer_id, "")


def changed(order: OrderCard, by: Party, reason: str) -> None:
    """Tell of a change of status whom it concerns: both parties, without the one who made it."""
    for party, user_id in (("buyer", order.buyer_id), ("seller", order.seller_id)):
        if party != by:
            _tell("status", order, user_id, reason)


def _tell(name: str, order: OrderCard, user_id: UUID, reason: str) -> None:
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
    send(f"orders.{name}", user_id, data, key=f"{order.id}:{order.version}", scope=order.scope)

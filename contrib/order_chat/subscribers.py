"""What happens to orders, brought into their conversations.

Both handlers ask for the room: deliveries to one subscriber are in order, those
to two are not, so a change may come before the placement.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import Delivery, Subscriber
from plugins.chat import api as chat
from plugins.orders.api import OrderPlaced, OrderStatusChanged


def open_room(delivery: Delivery) -> None:
    """Open the conversation of a new order."""
    _room(delivery.event, delivery.scope)


def note_change(delivery: Delivery) -> None:
    """Write a change of status into the conversation."""
    event: OrderStatusChanged = delivery.event
    payload = {
        "event": "order_status",
        "order_id": str(event.order_id),
        "was": event.was,
        "status": event.status,
        "by": event.by,
    }
    chat.note(_room(event, delivery.scope), payload)


def ref_of(order_id: UUID) -> str:
    """Return what an order is called among the things that conversations are attached to."""
    return f"order:{order_id}"


def _room(event: Any, scope: str | None) -> UUID:
    people = (event.buyer_id, event.seller_id)
    return chat.room_for(ref_of(event.order_id), people, title=event.number, scope=scope)


SUBSCRIBERS: Final = (
    Subscriber(OrderPlaced, open_room, name="order_chat.open_room"),
    Subscriber(OrderStatusChanged, note_change, name="order_chat.note_change"),
)

"""Where the conversation of an order is."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from contrib.order_chat.subscribers import ref_of
from kernel import AUTHENTICATED, NotFound, Request, Response, Route, Schema, endpoint, fields
from plugins.chat import api as chat
from plugins.orders import api as orders


class RoomOut(Schema):
    """The conversation of an order."""

    order_id = fields.UUID(required=True)
    conversation_id = fields.UUID(required=True)


class Room:
    """`/v1/order-chats/{order_id}`."""

    @endpoint(
        summary="Find the conversation of an order",
        permission=AUTHENTICATED,
        response=RoomOut,
        errors=(NotFound,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> Any:
        """For its buyer and its seller; it is there a moment after the order."""
        order = orders.order(order_id)
        room = chat.room_of(ref_of(order_id))
        if req.principal.id not in {order.buyer_id, order.seller_id} or room is None:
            raise NotFound
        return {"order_id": order_id, "conversation_id": room}


ROUTES: Final = (Route("/order-chats/{order_id:uuid}", Room()),)

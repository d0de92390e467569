"""`POST /v1/order-payments/{order_id}`: the payment of one's order."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from contrib.order_payments import services
from kernel import (
    AUTHENTICATED,
    Conflict,
    MoneyField,
    NotFound,
    Request,
    Response,
    Route,
    Schema,
    endpoint,
    fields,
)


class OrderPaymentOut(Schema):
    """The payment of an order; what it takes to make it is at `/v1/payments/{id}`."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    status = fields.String(required=True)
    amount = MoneyField(required=True)
    refunded = MoneyField(required=True)
    escrow = fields.Boolean(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)


class OrderPayment:
    """`/v1/order-payments/{order_id}`."""

    @endpoint(
        summary="Get the payment of my order",
        permission=AUTHENTICATED,
        response=OrderPaymentOut,
        errors=(Conflict, NotFound),
        statements=12,
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> Any:
        """Made due if it is not yet; then confirm it at `POST /v1/payments/{id}/confirm`."""
        return services.pay(order_id, req.principal)


ROUTES: Final = (Route("/order-payments/{order_id:uuid}", OrderPayment()),)

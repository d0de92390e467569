"""`POST /v1/booking-payments/{booking_id}`: the payment of one's booking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from contrib.booking_payments import services
from contrib.booking_payments.settings import BookingPaymentsSettings
from kernel import (
    AUTHENTICATED,
    Conflict,
    MoneyField,
    NotFound,
    Request,
    Response,
    Route,
    Schema,
    app,
    endpoint,
    fields,
)
from plugins.bookings import api as bookings


class BookingPaymentOut(Schema):
    """The payment of a booking; what it takes to make it is at `/v1/payments/{id}`.

    Who cancels by `full_refund_until` gets all back, who does later `late_refund_percent`.
    """

    id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    status = fields.String(required=True)
    amount = MoneyField(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    refunded = MoneyField(required=True)
    full_refund_until = fields.DateTime(required=True)
    late_refund_percent = fields.Integer(required=True)


class BookingPayment:
    """`/v1/booking-payments/{booking_id}`."""

    @endpoint(
        summary="Get the payment of my booking",
        response=BookingPaymentOut,
        statements=12,
        permission=AUTHENTICATED,
        errors=(NotFound, Conflict),
    )
    def on_post(self, req: Request, resp: Response, booking_id: UUID) -> Any:
        """Made due if it is not yet; then confirm it at `POST /v1/payments/{id}/confirm`."""
        card = services.pay(booking_id, req.principal)
        settings = app.settings.of(BookingPaymentsSettings)
        begins = bookings.booking(booking_id).starts_at
        return {
            "id": card.id,
            "booking_id": booking_id,
            "status": card.status,
            "amount": card.amount,
            "refunded": card.refunded,
            "expires_at": card.expires_at,
            "full_refund_until": begins - timedelta(hours=settings.full_refund_hours),
            "late_refund_percent": settings.late_refund_percent,
        }


ROUTES: Final = (Route("/booking-payments/{booking_id:uuid}", BookingPayment()),)

"""Payments: see, pay, capture, cancel, refund."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.payments import gateways, queries
from plugins.payments.permissions import MANAGE, READ
from plugins.payments.resources.callers import actor, person
from plugins.payments.schemas.requests import ConfirmIn, PaymentsQuery, ReasonIn, RefundIn
from plugins.payments.schemas.responses import (
    FailedRefundOut,
    GatewaysOut,
    PaymentOut,
    PaymentWholeOut,
    RefundOut,
)
from plugins.payments.services import confirming, demands, refunds

CHANGE = (NotFound, Conflict, Invalid, Forbidden)
PAYING = Rate(120, per=60, by="principal")


class Gateways:
    """`/v1/payments/gateways`."""

    @endpoint(summary="List by whom one may pay", permission=AUTHENTICATED, response=GatewaysOut)
    def on_get(self, req: Request, resp: Response) -> Any:
        """The first is the default."""
        return {"gateways": list(gateways.chosen())}


class Payments:
    """`/v1/payments`."""

    @endpoint(
        summary="List my payments",
        permission=AUTHENTICATED,
        query=PaymentsQuery,
        response=page_of(PaymentOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Those one is to make or has made, the latest first."""
        return queries.payments(person(req), req.query)


class Payment:
    """`/v1/payments/{payment_id}`."""

    @endpoint(
        summary="Show a payment",
        permission=AUTHENTICATED,
        response=PaymentWholeOut,
        etag=True,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """For its payer and payees, and who has `payments:read`."""
        return queries.payment(payment_id, req.principal)


class Confirm:
    """`/v1/payments/{payment_id}/confirm`."""

    @endpoint(
        summary="Pay",
        permission=AUTHENTICATED,
        body=ConfirmIn,
        response=PaymentOut,
        rate=PAYING,
        errors=CHANGE,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """Pay, or go on. Harmless any number of times: a payment is charged once.

        The status says what is next: CAPTURED or AUTHORISED, it is done; ACTION_REQUIRED, `client`
        has what the gateway wants of the payer, then call again; PROCESSING, look again in a while;
        FAILED, `failure` says why, and another method may work.
        """
        return queries.shown(confirming.confirm(payment_id, person(req), **req.body))


class Capture:
    """`/v1/payments/{payment_id}/capture`."""

    @endpoint(
        summary="Capture an authorised payment",
        permission=MANAGE,
        response=PaymentOut,
        errors=(NotFound, Conflict),
        statements=40,
    )
    def on_post(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """Once, however often it is asked."""
        return queries.shown(confirming.capture(payment_id, actor(req)), for_payer=False)


class Cancel:
    """`/v1/payments/{payment_id}/cancel`."""

    @endpoint(
        summary="Cancel a payment that was not captured",
        permission=MANAGE,
        body=ReasonIn,
        response=PaymentOut,
        idempotent=True,
        errors=(NotFound, Conflict),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """What is reserved at the payer's bank is let go."""
        return queries.shown(demands.cancel(payment_id, actor(req), req.body["reason"]), for_payer=False)


class Refunds:
    """`/v1/payments/{payment_id}/refunds`."""

    @endpoint(
        summary="List the refunds of a payment",
        permission=AUTHENTICATED,
        response=page_of(RefundOut),
        errors=(NotFound,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """The latest first."""
        return queries.refunds(payment_id, req.principal, req.query)

    @endpoint(
        summary="Refund a payment, whole or in part",
        permission=MANAGE,
        body=RefundIn,
        response=RefundOut,
        status=201,
        idempotent=True,
        errors=(NotFound, Conflict, Invalid),
        statements=60,
    )
    def on_post(self, req: Request, resp: Response, payment_id: UUID) -> Any:
        """Taken from escrow, or from the payees and the commission; never more than was paid."""
        asked = req.body["amount"]
        wanted, currency = (asked.amount, asked.currency) if asked else (None, None)
        made = refunds.refund(payment_id, wanted, actor(req), req.body["reason"], currency=currency)
        resp.location = f"/v1/payments/{payment_id}/refunds"
        return queries.refund_shown(made)


class Failed:
    """`/v1/payments/refunds/failed`."""

    @endpoint(
        summary="List refunds that failed",
        permission=READ,
        response=page_of(FailedRefundOut),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Everybody's that nobody has decided about since, the latest first.

        Try again (`POST /v1/payments/{id}/refunds`), or release the escrow to its payee: then it is not
        here any more.
        """
        return queries.failed_refunds(req.query)


PAYMENTS = (
    Route("/payments/refunds/failed", Failed()),
    Route("/payments/gateways", Gateways()),
    Route("/payments", Payments()),
    Route("/payments/{payment_id:uuid}", Payment()),
    Route("/payments/{payment_id:uuid}/confirm", Confirm()),
    Route("/payments/{payment_id:uuid}/capture", Capture()),
    Route("/payments/{payment_id:uuid}/cancel", Cancel()),
    Route("/payments/{payment_id:uuid}/refunds", Refunds()),
)

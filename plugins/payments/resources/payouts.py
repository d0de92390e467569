"""Payouts: ask, approve, reject, cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
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
from plugins.payments import queries
from plugins.payments.permissions import PAYOUTS as APPROVE
from plugins.payments.resources.callers import actor, person
from plugins.payments.schemas.requests import PayoutIn, PayoutsQuery, ReasonIn
from plugins.payments.schemas.responses import PayoutOut, PayoutWholeOut
from plugins.payments.services import payouts


class Payouts:
    """`/v1/payouts`."""

    @endpoint(
        summary="List my payouts",
        permission=AUTHENTICATED,
        query=PayoutsQuery,
        response=page_of(PayoutOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first."""
        return queries.payouts(person(req), req.query)

    @endpoint(
        summary="Have money sent to my bank",
        permission=AUTHENTICATED,
        body=PayoutIn,
        response=PayoutOut,
        status=201,
        idempotent=True,
        rate=Rate(60, per=3600, by="principal"),
        errors=(Conflict, Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """It leaves the balance at once, and comes back when it fails, is rejected or cancelled."""
        amount = req.body["amount"]
        made = payouts.request(person(req), amount.amount, amount.currency, req.body["method_id"])
        resp.location = f"/v1/payouts/{made.id}"
        return queries.payout_shown(made)


class Waiting:
    """`/v1/payouts/waiting`."""

    @endpoint(
        summary="List payouts that wait for approval",
        permission=APPROVE,
        response=page_of(PayoutOut),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Everybody's, the latest first."""
        return queries.waiting_payouts(req.query)


class Payout:
    """`/v1/payouts/{payout_id}`."""

    @endpoint(
        summary="Show a payout",
        permission=AUTHENTICATED,
        response=PayoutWholeOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, payout_id: UUID) -> Any:
        """For its owner, and who has `payments:read`."""
        return queries.payout(payout_id, req.principal)


def _approve(req: Request, payout_id: UUID) -> Any:
    """The gateway is asked to send it."""
    return queries.payout_shown(payouts.approve(payout_id, actor(req)))


def _reject(req: Request, payout_id: UUID) -> Any:
    """The money is back in the balance."""
    return queries.payout_shown(payouts.reject(payout_id, actor(req), req.body["reason"]))


def _cancel(req: Request, payout_id: UUID) -> Any:
    """As long as nobody approved it."""
    return queries.payout_shown(payouts.cancel(payout_id, person(req)))


ACTIONS = Actions(
    "/payouts/{payout_id:uuid}",
    permission=APPROVE,
    response=PayoutOut,
    idempotent=True,
    errors=(NotFound, Conflict),
)
PAYOUTS = (
    Route("/payouts", Payouts()),
    Route("/payouts/waiting", Waiting()),
    Route("/payouts/{payout_id:uuid}", Payout()),
    ACTIONS.route("approve", "Approve a payout", _approve),
    ACTIONS.route("reject", "Reject a payout", _reject, body=ReasonIn),
    ACTIONS.route(
        "cancel",
        "Cancel my payout",
        _cancel,
        permission=AUTHENTICATED,
        errors=(NotFound, Conflict, Forbidden),
    ),
)

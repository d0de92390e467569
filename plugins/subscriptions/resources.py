"""The HTTP surface of subscriptions: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.subscriptions import queries, schemas
from plugins.subscriptions.permissions import MANAGE, SUBSCRIBE
from plugins.subscriptions.services import subscribing

CHANGE: Final = (NotFound, Forbidden, Conflict, PreconditionFailed, Invalid)
STATEMENTS: Final = 60


class PlansResource:
    """`/v1/subscription-plans`."""

    @endpoint(summary="See the plans", permission=PUBLIC, response=schemas.PlansOut, etag=True)
    def on_get(self, req: Request, resp: Response) -> Any:
        """From the least to the most; the first is everybody's."""
        return {"items": queries.plans()}


class Subscriptions:
    """`/v1/subscriptions`."""

    @endpoint(
        summary="List my subscriptions",
        permission=AUTHENTICATED,
        query=schemas.ListQuery,
        response=page_of(schemas.SubscriptionItemOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first; at most one of them is not over."""
        asked = req.query
        return queries.mine(req.principal, asked["cursor"], asked["limit"], asked.get("user"))

    @endpoint(
        summary="Subscribe to a plan",
        permission=SUBSCRIBE,
        body=schemas.SubscriptionIn,
        response=schemas.SubscriptionOut,
        status=201,
        idempotent=True,
        errors=CHANGE,
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The first begins with the plan's trial; others when `due` is paid."""
        made = subscribing.subscribe(req.principal, req.body["plan"], req.body["interval"])
        resp.location = f"/v1/subscriptions/{made}"
        return queries.one(made, req.principal)


class Everybodys:
    """`/v1/subscriptions/all`."""

    @endpoint(
        summary="List everybody's subscriptions",
        permission=MANAGE,
        query=schemas.AllQuery,
        response=page_of(schemas.SubscriptionItemOut),
        statements=1,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first."""
        return queries.everybodys(req.query)


class Current:
    """`/v1/subscriptions/current`."""

    @endpoint(
        summary="See what my plan allows",
        permission=AUTHENTICATED,
        response=schemas.CurrentOut,
        errors=(Forbidden,),
        statements=10,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """With how much of it is used."""
        return queries.current(req.principal)


class One:
    """`/v1/subscriptions/{subscription_id}`."""

    @endpoint(
        summary="See a subscription",
        permission=AUTHENTICATED,
        response=schemas.SubscriptionOut,
        etag=True,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, subscription_id: UUID) -> Any:
        """With what is to be paid for it."""
        return queries.one(subscription_id, req.principal)

    @endpoint(
        summary="Change the plan",
        permission=AUTHENTICATED,
        body=schemas.SubscriptionIn,
        response=schemas.SubscriptionOut,
        etag=True,
        errors=CHANGE,
        statements=STATEMENTS,
    )
    def on_patch(self, req: Request, resp: Response, subscription_id: UUID) -> Any:
        """More holds when `due` is paid, less from the next period; in a trial at once."""
        plan, interval = req.body["plan"], req.body["interval"]
        subscribing.change(req.principal, subscription_id, req.if_match, plan, interval)
        return queries.one(subscription_id, req.principal)


def _subscription(req: Request, subscription_id: UUID) -> Any:
    return queries.one(subscription_id, req.principal)


def _cancel(req: Request, subscription_id: UUID) -> None:
    """With the end of its period; what is not paid ends at once."""
    subscribing.cancel(req.principal, subscription_id, req.if_match, at_once=req.body["at_once"])


def _resume(req: Request, subscription_id: UUID) -> None:
    """While the period lasts."""
    subscribing.resume(req.principal, subscription_id, req.if_match)


class Charges:
    """`/v1/subscriptions/{subscription_id}/charges`."""

    @endpoint(
        summary="See what was charged",
        permission=AUTHENTICATED,
        response=page_of(schemas.ChargeOut),
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, subscription_id: UUID) -> Any:
        """The latest first."""
        return queries.charges(subscription_id, req.principal, req.query["cursor"], req.query["limit"])


class History:
    """`/v1/subscriptions/{subscription_id}/history`."""

    @endpoint(
        summary="See how a subscription changed",
        permission=AUTHENTICATED,
        response=page_of(schemas.ChangeOut),
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, subscription_id: UUID) -> Any:
        """The earliest first."""
        return queries.history(subscription_id, req.principal, req.query["cursor"], req.query["limit"])


ONE: Final = "/subscriptions/{subscription_id:uuid}"
ACTIONS: Final = Actions(
    ONE,
    answer=_subscription,
    permission=AUTHENTICATED,
    response=schemas.SubscriptionOut,
    etag=True,
    idempotent=True,
    errors=CHANGE,
    statements=STATEMENTS,
)
ROUTES: Final = (
    Route("/subscription-plans", PlansResource()),
    Route("/subscriptions", Subscriptions()),
    Route("/subscriptions/all", Everybodys()),
    Route("/subscriptions/current", Current()),
    Route(ONE, One()),
    ACTIONS.route("cancel", "Cancel a subscription", _cancel, body=schemas.CancelIn),
    ACTIONS.route("resume", "Take a cancellation back", _resume),
    Route(f"{ONE}/charges", Charges()),
    Route(f"{ONE}/history", History()),
)

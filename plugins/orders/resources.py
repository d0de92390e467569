"""The HTTP surface of orders: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    Money,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    Schema,
    app,
    endpoint,
    page_of,
)
from plugins.orders import queries
from plugins.orders.permissions import PLACE
from plugins.orders.schemas import (
    CancelIn,
    CheckoutOut,
    HistoryOut,
    OrderIn,
    OrderItemOut,
    OrderOut,
    OrdersQuery,
    ReasonIn,
    StatusIn,
)
from plugins.orders.services import placement, restocking, transitions
from plugins.orders.services.transitions import Wish

CHANGE: Final = (NotFound, Forbidden, Conflict, PreconditionFailed, Invalid)


class Orders:
    """`/v1/orders`."""

    @endpoint(
        summary="List my orders",
        permission=AUTHENTICATED,
        query=OrdersQuery,
        response=page_of(OrderItemOut),
        errors=(Forbidden, Invalid),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What one bought, sold (`as=seller`) or looks after (`as=operator`), the latest first."""
        return queries.page(req.principal, req.query)

    @endpoint(
        summary="Place an order",
        permission=PLACE,
        body=OrderIn,
        response=CheckoutOut,
        status=201,
        idempotent=True,
        rate=Rate(300, per=3600, by="principal"),
        errors=(Conflict, Forbidden, Invalid),
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """One checkout makes one order for each seller; with an `Idempotency-Key` a retry orders once."""
        placed = placement.place(req.principal, req.body["lines"], req.body["note"])
        first = placed[0]
        alone = len(placed) == 1
        resp.location = (
            f"/v1/orders/{first['id']}" if alone else f"/v1/orders?checkout={first['checkout_id']}"
        )
        return {
            "checkout_id": first["checkout_id"],
            "total": Money(sum(each["total"] for each in placed), first["currency"]),
            "orders": [queries.shown(each, req.principal) for each in placed],
        }


class Order:
    """`/v1/orders/{order_id}`."""

    @endpoint(
        summary="Show an order",
        permission=AUTHENTICATED,
        response=OrderOut,
        etag=True,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> Any:
        """For its buyer, its seller and who looks after its scope."""
        return queries.one(order_id, req.principal)

    @endpoint(
        summary="Change the status of an order",
        permission=AUTHENTICATED,
        body=StatusIn,
        response=OrderOut,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_patch(self, req: Request, resp: Response, order_id: UUID) -> Any:
        """Takes the transition that leads to the status, those of other plugins included."""
        wish = Wish(req.body["reason"], req.if_match, req.body["restock"])
        with app.db.atomic():
            row = transitions.change_status_to(order_id, req.body["status"], req.principal, wish)
        return queries.shown(row, req.principal)


class History:
    """`/v1/orders/{order_id}/history`."""

    @endpoint(
        summary="Show how an order came to be what it is",
        permission=AUTHENTICATED,
        response=HistoryOut,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> Any:
        """Every change of status: who, when, why."""
        return queries.history(order_id, req.principal)


ACTIONS: Final = Actions(
    "/orders/{order_id:uuid}",
    permission=AUTHENTICATED,
    response=OrderOut,
    etag=True,
    idempotent=True,
    errors=CHANGE,
    statements=30,
)


def _transition(name: str, summary: str, body: type[Schema], description: str) -> Route:
    """Return the action that takes an order through the transition of that name."""

    def take(req: Request, order_id: UUID) -> Any:
        wish = Wish(req.body["reason"], req.if_match)
        row = transitions.change_status(order_id, name, req.principal, wish)
        return queries.shown(row, req.principal)

    return ACTIONS.route(name, summary, take, description=description, body=body)


def _restock(req: Request, order_id: UUID) -> Any:
    row = restocking.restock(order_id, req.principal, req.if_match)
    return queries.shown(row, req.principal)


ROUTES: Final = (
    Route("/orders", Orders()),
    Route("/orders/{order_id:uuid}", Order()),
    Route("/orders/{order_id:uuid}/history", History()),
    _transition(
        "confirm", "Confirm an order", ReasonIn, "For its seller; one that is paid first confirms itself."
    ),
    _transition("complete", "Complete an order", ReasonIn, "For its buyer: what was ordered is there."),
    _transition("cancel", "Cancel an order", CancelIn, "For both parties, until it is completed."),
    ACTIONS.route(
        "restock",
        "Put the goods of an order back into stock",
        _restock,
        description="For its seller, when the goods of a refunded order came back; once.",
    ),
)

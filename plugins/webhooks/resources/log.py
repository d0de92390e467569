"""What was sent, and sending it again."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import AUTHENTICATED, Conflict, Invalid, NotFound, Rate, Request, Response, app, endpoint, page_of
from plugins.webhooks import queries
from plugins.webhooks.schemas import (
    DeliveriesQuery,
    DeliveryDetailOut,
    DeliveryOut,
    ReplayIn,
    StartedOut,
)
from plugins.webhooks.services import endpoints, replaying
from plugins.webhooks.tasks import replay, wake

SENDS: Final = Rate(60, per=60, by="principal")
RANGES: Final = Rate(10, per=60, by="principal")


class Deliveries:
    """`/v1/webhooks/{endpoint_id}/deliveries`."""

    @endpoint(
        summary="List what was sent to an endpoint",
        permission=AUTHENTICATED,
        query=DeliveriesQuery,
        response=page_of(DeliveryOut),
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, endpoint_id: UUID) -> Any:
        """The latest first."""
        endpoints.found(req.principal, endpoint_id)
        asked = req.query
        return queries.deliveries(endpoint_id, asked["status"], asked["cursor"], asked["limit"])


class Delivery:
    """`/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}`."""

    @endpoint(
        summary="Show a delivery and its attempts",
        permission=AUTHENTICATED,
        response=DeliveryDetailOut,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, endpoint_id: UUID, delivery_id: UUID) -> Any:
        """With the payload, exactly as it is signed."""
        endpoints.found(req.principal, endpoint_id)
        return queries.delivery(endpoint_id, delivery_id)


class ReplayOne:
    """`/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay`."""

    @endpoint(
        summary="Send a delivery again",
        permission=AUTHENTICATED,
        response=DeliveryDetailOut,
        status=202,
        rate=SENDS,
        errors=(NotFound, Conflict),
    )
    def on_post(self, req: Request, resp: Response, endpoint_id: UUID, delivery_id: UUID) -> Any:
        """Under the same message id, whatever became of it; with a schedule from its beginning."""
        replaying.again(req.principal, endpoint_id, delivery_id)
        wake(delivery_id.int, 1)
        return queries.delivery(endpoint_id, delivery_id)


class Replay:
    """`/v1/webhooks/{endpoint_id}/replay`."""

    @endpoint(
        summary="Send what happened in a time again",
        permission=AUTHENTICATED,
        body=ReplayIn,
        response=StartedOut,
        status=202,
        rate=RANGES,
        errors=(NotFound, Conflict, Invalid),
    )
    def on_post(self, req: Request, resp: Response, endpoint_id: UUID) -> Any:
        """Also what was never sent: while it was disabled, or before it was made. `until` is not within."""
        given = req.body
        replaying.check_range(given["since"], given["until"])
        with app.db.atomic():
            replaying.enabled(req.principal, endpoint_id)
            everything = given["which"] == "all"
            return {"task_id": replay.enqueue(endpoint_id, given["since"], given["until"], everything)}


class Test:
    """`/v1/webhooks/{endpoint_id}/test`."""

    @endpoint(
        summary="Send a test message",
        permission=AUTHENTICATED,
        response=DeliveryDetailOut,
        status=202,
        rate=SENDS,
        errors=(NotFound, Conflict),
    )
    def on_post(self, req: Request, resp: Response, endpoint_id: UUID) -> Any:
        """Of type `webhooks.test`, signed like any other."""
        delivery_id = replaying.send_test(req.principal, endpoint_id)
        wake(delivery_id.int, 1)
        return queries.delivery(endpoint_id, delivery_id)

"""The delivery log and suppressed addresses, for operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Conflict, NotFound, Request, Response, Route, app, endpoint, page_of
from plugins.notifications import queries
from plugins.notifications.permissions import MANAGE_SUPPRESSIONS, READ_DELIVERIES, RETRY_DELIVERIES
from plugins.notifications.schemas.requests import DeliveryQuery, SuppressionQuery
from plugins.notifications.schemas.responses import DeliveryOut, SuppressionOut
from plugins.notifications.services import bounces, deliveries
from plugins.notifications.tasks import deliver


class Deliveries:
    """`/v1/notifications/deliveries`."""

    @endpoint(
        summary="List deliveries",
        permission=READ_DELIVERIES,
        query=DeliveryQuery,
        response=page_of(DeliveryOut),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The newest first, without what was in them."""
        return queries.deliveries(req.query)


class Delivery:
    """`/v1/notifications/deliveries/{delivery_id}`."""

    @endpoint(summary="Show a delivery", permission=READ_DELIVERIES, response=DeliveryOut, errors=(NotFound,))
    def on_get(self, req: Request, resp: Response, delivery_id: UUID) -> Any:
        """Its state, attempts, and what the provider said."""
        return queries.delivery(delivery_id)


class Retry:
    """`/v1/notifications/deliveries/{delivery_id}/retry`."""

    @endpoint(
        summary="Try a failed delivery again",
        permission=RETRY_DELIVERIES,
        response=DeliveryOut,
        errors=(NotFound, Conflict),
    )
    def on_post(self, req: Request, resp: Response, delivery_id: UUID) -> Any:
        """With all its attempts. The content of sensitive ones is gone: they cannot be."""
        with app.db.atomic():
            delivery = deliveries.retry(delivery_id)
            deliver.enqueue(delivery.channel, 0)
        return delivery


class Suppressions:
    """`/v1/notifications/suppressions`."""

    @endpoint(
        summary="List suppressed addresses",
        permission=MANAGE_SUPPRESSIONS,
        query=SuppressionQuery,
        response=page_of(SuppressionOut),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Addresses mail came back from, and those that unsubscribed without an account."""
        return queries.suppressions(req.query)


class Suppression:
    """`/v1/notifications/suppressions/{suppression_id}`."""

    @endpoint(summary="Lift a suppression", permission=MANAGE_SUPPRESSIONS, errors=(NotFound,))
    def on_delete(self, req: Request, resp: Response, suppression_id: UUID) -> None:
        """Send to the address again."""
        bounces.lift(suppression_id)


ADMINISTRATION = (
    Route("/notifications/deliveries", Deliveries()),
    Route("/notifications/deliveries/{delivery_id:uuid}", Delivery()),
    Route("/notifications/deliveries/{delivery_id:uuid}/retry", Retry()),
    Route("/notifications/suppressions", Suppressions()),
    Route("/notifications/suppressions/{suppression_id:uuid}", Suppression()),
)

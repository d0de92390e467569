"""Endpoints and the events there are."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    app,
    endpoint,
    page_of,
)
from plugins.webhooks import queries
from plugins.webhooks.catalogue import Catalogue
from plugins.webhooks.permissions import OWN
from plugins.webhooks.schemas import (
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EndpointQuery,
    EventTypesOut,
    MadeOut,
)
from plugins.webhooks.services import endpoints

CHANGES: Final = Rate(60, per=60, by="principal")


class Endpoints:
    """`/v1/webhooks`."""

    @endpoint(
        summary="List my endpoints",
        permission=AUTHENTICATED,
        query=EndpointQuery,
        response=page_of(EndpointOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """One's own, and those of scopes whose webhooks one keeps; the latest first."""
        endpoints.owner_of(req.principal)
        return queries.page(req.principal, req.query["scope"], req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Make an endpoint",
        permission=OWN,
        body=EndpointIn,
        response=MadeOut,
        status=201,
        idempotent=True,
        rate=CHANGES,
        errors=(Conflict, Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The secret is shown in this answer and never again.

        Without a scope it is sent what concerns its owner; with one, what happens
        there; with `*`, everything its owner may read.
        """
        made = endpoints.create(req.principal, req.body)
        resp.location = f"/v1/webhooks/{made.endpoint.id}"
        return made


class Endpoint:
    """`/v1/webhooks/{endpoint_id}`."""

    @endpoint(
        summary="Show an endpoint",
        permission=AUTHENTICATED,
        response=EndpointOut,
        etag=True,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, endpoint_id: UUID) -> Any:
        """Without its secret."""
        return endpoints.found(req.principal, endpoint_id)

    @endpoint(
        summary="Change an endpoint",
        permission=AUTHENTICATED,
        body=EndpointPatch,
        response=EndpointOut,
        etag=True,
        rate=CHANGES,
        errors=(NotFound, Invalid, PreconditionFailed),
    )
    def on_patch(self, req: Request, resp: Response, endpoint_id: UUID) -> Any:
        """What waits is sent to the new address."""
        return endpoints.change(req.principal, endpoint_id, req.if_match, req.body)

    @endpoint(summary="Delete an endpoint", permission=AUTHENTICATED, rate=CHANGES, errors=(NotFound,))
    def on_delete(self, req: Request, resp: Response, endpoint_id: UUID) -> None:
        """With its log; what waits is not sent."""
        endpoints.delete(req.principal, endpoint_id)


def _rotate(req: Request, endpoint_id: UUID) -> Any:
    """Until `previous_until` messages bear a signature of the old one, too."""
    return endpoints.rotate(req.principal, endpoint_id)


def _enable(req: Request, endpoint_id: UUID) -> Any:
    """From now on; replay what it missed."""
    return endpoints.enable(req.principal, endpoint_id)


def _disable(req: Request, endpoint_id: UUID) -> Any:
    """What waits is cancelled."""
    return endpoints.disable(req.principal, endpoint_id)


_ACTIONS: Final = Actions(
    "/webhooks/{endpoint_id:uuid}",
    permission=AUTHENTICATED,
    response=EndpointOut,
    rate=CHANGES,
    errors=(NotFound,),
)
ACTIONS: Final = (
    _ACTIONS.route("secret", "Rotate the secret of an endpoint", _rotate, response=MadeOut, idempotent=True),
    _ACTIONS.route("enable", "Enable an endpoint", _enable),
    _ACTIONS.route("disable", "Disable an endpoint", _disable),
)


class EventTypes:
    """`/v1/webhooks/event-types`."""

    @endpoint(summary="List the events that may be sent", permission=AUTHENTICATED, response=EventTypesOut)
    def on_get(self, req: Request, resp: Response) -> Any:
        """By type; their `data` is described in the reference of events."""
        return {"items": list(app.service(Catalogue))}

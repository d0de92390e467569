"""What can be booked, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    endpoint,
    page_of,
)
from plugins.bookings import queries
from plugins.bookings.models import Resource as Row
from plugins.bookings.offers import required
from plugins.bookings.permissions import OFFER
from plugins.bookings.schemas import (
    AvailabilityOut,
    AvailabilityQuery,
    ChangeIn,
    ChangeOut,
    ResourceIn,
    ResourceItemOut,
    ResourceOut,
    ResourcePatch,
)
from plugins.bookings.services import resources, slots

CHANGES: Final = Rate(60, per=60, by="principal")
MAX_DAYS: Final = 31


class Availability:
    """`/v1/bookings/availability`."""

    @endpoint(
        summary="List the times that can be booked",
        permission=AUTHENTICATED,
        query=AvailabilityQuery,
        response=AvailabilityOut,
        errors=(NotFound, Invalid),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Of local days, `since` to `until` (both within, at most 31). What is held by others is taken."""
        asked = req.query
        if not timedelta() <= asked["until"] - asked["since"] < timedelta(days=MAX_DAYS):
            raise Invalid(errors=[FieldError(f"Ask for 1 to {MAX_DAYS} days.", parameter="until")])
        service = required(asked["ref"], req.principal)
        row = Row.get_or_none(Row.ref == asked["ref"])
        if row is None:
            raise NotFound("This service cannot be booked.")
        found = slots.available(row, asked["since"], asked["until"]) if service["offered"] else []
        return {"timezone": row.timezone, "duration": row.duration, "items": found}


class Resources:
    """`/v1/bookings/resources`."""

    @endpoint(
        summary="List what I have booked",
        permission=AUTHENTICATED,
        response=page_of(ResourceItemOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """One's own services that can be booked, the latest first."""
        return queries.resources(req.principal, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Make a service bookable",
        permission=OFFER,
        body=ResourceIn,
        response=ResourceOut,
        status=201,
        idempotent=True,
        rate=CHANGES,
        errors=(Conflict, Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A service of one's own, once; its weekly hours are local times."""
        made = resources.create(req.principal, req.body)
        resp.location = f"/v1/bookings/resources/{made.id}"
        return queries.resource(made)


class Resource:
    """`/v1/bookings/resources/{resource_id}`."""

    @endpoint(
        summary="Show what can be booked",
        permission=AUTHENTICATED,
        response=ResourceOut,
        etag=True,
        errors=(NotFound, Forbidden),
    )
    def on_get(self, req: Request, resp: Response, resource_id: UUID) -> Any:
        """To its provider."""
        return queries.resource(resources.own(req.principal, resource_id))

    @endpoint(
        summary="Change how a service is booked",
        permission=AUTHENTICATED,
        body=ResourcePatch,
        response=ResourceOut,
        etag=True,
        rate=CHANGES,
        errors=(NotFound, Forbidden, Invalid, PreconditionFailed),
    )
    def on_patch(self, req: Request, resp: Response, resource_id: UUID) -> Any:
        """Bookings made before stay as they are. `hours` replaces them all."""
        return queries.resource(resources.change(req.principal, resource_id, req.if_match, req.body))


class Exceptions:
    """`/v1/bookings/resources/{resource_id}/exceptions`."""

    @endpoint(
        summary="List the exceptions to the hours",
        permission=AUTHENTICATED,
        response=page_of(ChangeOut),
        errors=(NotFound, Forbidden),
    )
    def on_get(self, req: Request, resp: Response, resource_id: UUID) -> Any:
        """The latest days first."""
        row = resources.own(req.principal, resource_id)
        return queries.changes(row.id, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Open or close on some days",
        permission=AUTHENTICATED,
        body=ChangeIn,
        response=ChangeOut,
        status=201,
        idempotent=True,
        rate=CHANGES,
        errors=(NotFound, Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response, resource_id: UUID) -> Any:
        """Closed hours win over open ones. Bookings made before stay: cancel or move them."""
        return resources.add_change(req.principal, resource_id, req.body)


class Exception_:  # noqa: N801 - Python's Exception has the name
    """`/v1/bookings/resources/{resource_id}/exceptions/{change_id}`."""

    @endpoint(
        summary="Take an exception back",
        permission=AUTHENTICATED,
        rate=CHANGES,
        errors=(NotFound, Forbidden),
    )
    def on_delete(self, req: Request, resp: Response, resource_id: UUID, change_id: UUID) -> None:
        """The weekly hours hold again."""
        resources.delete_change(req.principal, resource_id, change_id)

"""The directory, a building, what is allowed in it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
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
from plugins.buildings import queries, schemas
from plugins.buildings.audience import alive, person, visible
from plugins.buildings.permissions import ADMINISTER
from plugins.buildings.services import managing

SEE: Final = (NotFound, Forbidden)
RUN: Final = (NotFound, Forbidden, Invalid, PreconditionFailed)


class Buildings:
    """`/v1/buildings`."""

    @endpoint(
        summary="Find a building",
        permission=PUBLIC,
        query=schemas.DirectoryQuery,
        response=page_of(schemas.DirectoryItemOut),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Those that stand in the directory, by name, as strangers see them."""
        return queries.directory(req.principal, req.query)

    @endpoint(
        summary="Open a building",
        permission=ADMINISTER,
        body=schemas.BuildingIn,
        response=schemas.BuildingOut,
        status=201,
        idempotent=True,
        errors=(Invalid, Forbidden),
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """With its first admin: `admin_id`, or the caller."""
        made = managing.create(req.principal, req.body)
        resp.location = f"/v1/buildings/{made}"
        return queries.one(alive(made), req.principal)


class Mine:
    """`/v1/buildings/mine`."""

    @endpoint(
        summary="List the buildings I belong to",
        permission=AUTHENTICATED,
        response=page_of(schemas.BuildingOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The earliest joined first, each with one's own part in it."""
        return queries.mine(person(req.principal), req.query["cursor"], req.query["limit"])


class Building:
    """`/v1/buildings/{building_id}`."""

    @endpoint(
        summary="See a building",
        permission=AUTHENTICATED,
        response=schemas.BuildingOut,
        etag=True,
        errors=SEE,
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """For those who belong to it; for everybody else there is no such building."""
        return queries.one(visible(req.principal, building_id), req.principal)

    @endpoint(
        summary="Change a building",
        permission=AUTHENTICATED,
        body=schemas.BuildingChange,
        response=schemas.BuildingOut,
        etag=True,
        errors=RUN,
    )
    def on_patch(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """Takes `buildings:manage` in it; what is left out stays."""
        managing.update(req.principal, building_id, req.if_match, req.body)
        return queries.one(visible(req.principal, building_id), req.principal)

    @endpoint(
        summary="Delete a building",
        permission=AUTHENTICATED,
        etag=True,
        errors=(*SEE, PreconditionFailed),
        statements=30,
    )
    def on_delete(self, req: Request, resp: Response, building_id: UUID) -> None:
        """Takes `buildings:administer`. Its members are members no longer."""
        managing.delete(req.principal, building_id, req.if_match)


class Settings:
    """`/v1/buildings/{building_id}/settings`."""

    @endpoint(
        summary="See what is allowed in a building",
        permission=AUTHENTICATED,
        response=schemas.SettingsOut,
        etag=True,
        errors=SEE,
        statements=2,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """For those who belong to it."""
        return visible(req.principal, building_id)

    @endpoint(
        summary="Change what is allowed in a building",
        permission=AUTHENTICATED,
        body=schemas.SettingsChange,
        response=schemas.SettingsOut,
        etag=True,
        errors=RUN,
        statements=60,
    )
    def on_patch(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """At once: market, chat, whether members are verified first, who is let in, what is shown."""
        managing.allow(req.principal, building_id, req.if_match, req.body)
        return visible(req.principal, building_id)


BUILDINGS: Final = (
    Route("/buildings", Buildings()),
    Route("/buildings/mine", Mine()),
    Route("/buildings/{building_id:uuid}", Building()),
    Route("/buildings/{building_id:uuid}/settings", Settings()),
)

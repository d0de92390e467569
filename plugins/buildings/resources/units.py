"""A building's units."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import AUTHENTICATED, Conflict, Request, Response, Route, endpoint, page_of
from plugins.buildings import queries, schemas
from plugins.buildings.audience import visible
from plugins.buildings.resources.buildings import RUN, SEE
from plugins.buildings.services import units


class Units:
    """`/v1/buildings/{building_id}/units`."""

    @endpoint(
        summary="List a building's units",
        permission=AUTHENTICATED,
        query=schemas.UnitsQuery,
        response=page_of(schemas.UnitOut),
        errors=SEE,
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """By number, for those who belong to it."""
        visible(req.principal, building_id)
        return queries.units(building_id, req.query)

    @endpoint(
        summary="Add a unit",
        permission=AUTHENTICATED,
        body=schemas.UnitIn,
        response=schemas.UnitOut,
        status=201,
        idempotent=True,
        errors=(*RUN, Conflict),
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """Its number is the only one of the building, whatever its case."""
        made = units.add(req.principal, building_id, req.body)
        resp.location = f"/v1/buildings/{building_id}/units/{made.id}"
        return made


class Import:
    """`/v1/buildings/{building_id}/units/import`."""

    @endpoint(
        summary="Add many units",
        permission=AUTHENTICATED,
        body=schemas.UnitsIn,
        response=schemas.UnitsAddedOut,
        idempotent=True,
        errors=RUN,
        max_body=2_000_000,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """All or nothing; numbers there are already are skipped and named, so a repetition is harmless."""
        return units.bring(req.principal, building_id, req.body["units"])


class Unit:
    """`/v1/buildings/{building_id}/units/{unit_id}`."""

    @endpoint(
        summary="See a unit",
        permission=AUTHENTICATED,
        response=schemas.UnitOut,
        etag=True,
        errors=SEE,
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID, unit_id: UUID) -> Any:
        """For those who belong to the building."""
        visible(req.principal, building_id)
        return queries.unit(building_id, unit_id)

    @endpoint(
        summary="Change a unit",
        permission=AUTHENTICATED,
        body=schemas.UnitChange,
        response=schemas.UnitOut,
        etag=True,
        errors=(*RUN, Conflict),
    )
    def on_patch(self, req: Request, resp: Response, building_id: UUID, unit_id: UUID) -> Any:
        """What is left out stays."""
        return units.change(req.principal, building_id, unit_id, req.if_match, req.body)

    @endpoint(summary="Remove a unit", permission=AUTHENTICATED, errors=(*SEE, Conflict))
    def on_delete(self, req: Request, resp: Response, building_id: UUID, unit_id: UUID) -> None:
        """Refused while somebody lives there."""
        units.remove(req.principal, building_id, unit_id)


UNITS: Final = (
    Route("/buildings/{building_id:uuid}/units", Units()),
    Route("/buildings/{building_id:uuid}/units/import", Import()),
    Route("/buildings/{building_id:uuid}/units/{unit_id:uuid}", Unit()),
)

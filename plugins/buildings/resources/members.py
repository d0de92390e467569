"""Who belongs to a building, and who runs it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import AUTHENTICATED, Conflict, Request, Response, Route, endpoint, page_of
from plugins.buildings import queries, schemas
from plugins.buildings.audience import visible
from plugins.buildings.resources.buildings import RUN, SEE
from plugins.buildings.services import managing, members

STATEMENTS: Final = 40


class Members:
    """`/v1/buildings/{building_id}/members`."""

    @endpoint(
        summary="List who belongs to a building",
        permission=AUTHENTICATED,
        query=schemas.MembersQuery,
        response=page_of(schemas.MemberOut),
        errors=SEE,
        statements=6,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """Who runs it also sees units and standing, and with `status` those who are gone or kept out."""
        visible(req.principal, building_id)
        return queries.members(building_id, req.principal, req.query)


class Member:
    """`/v1/buildings/{building_id}/members/{user_id}`."""

    @endpoint(
        summary="See who belongs to a building",
        permission=AUTHENTICATED,
        response=schemas.MemberOut,
        etag=True,
        errors=SEE,
        statements=6,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> Any:
        """For those who belong to it themselves."""
        visible(req.principal, building_id)
        return queries.member(building_id, user_id, req.principal)

    @endpoint(
        summary="Change a member",
        permission=AUTHENTICATED,
        body=schemas.MemberChange,
        response=schemas.MemberOut,
        etag=True,
        errors=RUN,
    )
    def on_patch(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> Any:
        """Kind, unit, standing; takes `buildings:manage` in the building."""
        members.change(req.principal, building_id, user_id, req.if_match, req.body)
        return queries.member(building_id, user_id, req.principal)

    @endpoint(
        summary="Take a member out",
        permission=AUTHENTICATED,
        errors=(*SEE, Conflict),
        statements=STATEMENTS,
    )
    def on_delete(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> None:
        """At once, on open connections too. They may ask to come back."""
        members.remove(req.principal, building_id, user_id)


class Ban:
    """`/v1/buildings/{building_id}/members/{user_id}/ban`."""

    @endpoint(
        summary="Keep somebody out of a building",
        permission=AUTHENTICATED,
        response=schemas.MemberOut,
        idempotent=True,
        errors=(*RUN, Conflict),
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> Any:
        """Whoever they are: a member is taken out, a stranger's requests are refused."""
        members.ban(req.principal, building_id, user_id)
        return queries.member(building_id, user_id, req.principal)

    @endpoint(summary="Let somebody ask to come in again", permission=AUTHENTICATED, errors=SEE)
    def on_delete(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> None:
        """They are not a member by that."""
        members.unban(req.principal, building_id, user_id)


class Leave:
    """`/v1/buildings/{building_id}/leave`."""

    @endpoint(
        summary="Leave a building",
        permission=AUTHENTICATED,
        idempotent=True,
        status=204,
        errors=(*SEE, Conflict),
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> None:
        """Its last admin names another first."""
        managing.leave(req.principal, building_id)


class Admins:
    """`/v1/buildings/{building_id}/admins`."""

    @endpoint(
        summary="List who runs a building",
        permission=AUTHENTICATED,
        response=page_of(schemas.MemberOut),
        errors=SEE,
        statements=6,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """For those who belong to it."""
        visible(req.principal, building_id)
        return queries.members(building_id, req.principal, {**req.query, "status": "ACTIVE", "admin": True})

    @endpoint(
        summary="Let somebody run a building",
        permission=AUTHENTICATED,
        body=schemas.UserIn,
        response=schemas.MemberOut,
        status=201,
        idempotent=True,
        errors=(*RUN, Conflict),
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """They become a member if they are none; a second time changes nothing."""
        managing.appoint(req.principal, building_id, req.body["user_id"])
        return queries.member(building_id, req.body["user_id"], req.principal)


class Admin:
    """`/v1/buildings/{building_id}/admins/{user_id}`."""

    @endpoint(summary="Let an admin be a member again", permission=AUTHENTICATED, errors=(*SEE, Conflict))
    def on_delete(self, req: Request, resp: Response, building_id: UUID, user_id: UUID) -> None:
        """Not the last one."""
        managing.dismiss(req.principal, building_id, user_id)


_ONE: Final = "/buildings/{building_id:uuid}"
MEMBERS: Final = (
    Route(f"{_ONE}/members", Members()),
    Route(f"{_ONE}/members/{{user_id:uuid}}", Member()),
    Route(f"{_ONE}/members/{{user_id:uuid}}/ban", Ban()),
    Route(f"{_ONE}/leave", Leave()),
    Route(f"{_ONE}/admins", Admins()),
    Route(f"{_ONE}/admins/{{user_id:uuid}}", Admin()),
)

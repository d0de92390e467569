"""The ways into a building."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Conflict,
    Forbidden,
    Gone,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.buildings import queries, schemas
from plugins.buildings.audience import alive, person, visible
from plugins.buildings.permissions import MANAGE
from plugins.buildings.resources.buildings import RUN, SEE
from plugins.buildings.services import joining

STATEMENTS: Final = 40


class JoinRequests:
    """`/v1/buildings/{building_id}/join-requests`."""

    @endpoint(
        summary="See who asks to join a building",
        permission=AUTHENTICATED,
        query=schemas.JoinQuery,
        response=page_of(schemas.JoinRequestOut),
        errors=SEE,
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """Who waits longest first; takes `buildings:manage` in the building."""
        visible(req.principal, building_id, MANAGE)
        return queries.join_requests(building_id, req.principal, req.query)

    @endpoint(
        summary="Ask to join a building",
        permission=AUTHENTICATED,
        body=schemas.JoinIn,
        response=schemas.JoinRequestOut,
        status=201,
        idempotent=True,
        rate=Rate(30, per=3600, by="principal"),
        errors=(*RUN, Conflict),
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """One that stands in the directory. Some take in whoever asks: then `status` is APPROVED already."""
        made = joining.ask(req.principal, building_id, req.body)
        return queries.join_request(building_id, made, req.principal)


class OwnJoinRequests:
    """`/v1/buildings/join-requests`."""

    @endpoint(
        summary="List my requests to join",
        permission=AUTHENTICATED,
        response=page_of(schemas.JoinRequestOut),
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first."""
        own = person(req.principal)
        return queries.own_requests(req.principal, own, req.query["cursor"], req.query["limit"])


class JoinRequest:
    """`/v1/buildings/{building_id}/join-requests/{request_id}`."""

    @endpoint(
        summary="See a request to join",
        permission=AUTHENTICATED,
        response=schemas.JoinRequestOut,
        errors=SEE,
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID, request_id: UUID) -> Any:
        """For who asked and who runs the building."""
        return queries.join_request(building_id, request_id, req.principal)


def _approve(req: Request, building_id: UUID, request_id: UUID) -> None:
    """They belong to the building from the answer on."""
    joining.approve(req.principal, building_id, request_id, req.body)


def _reject(req: Request, building_id: UUID, request_id: UUID) -> None:
    """They are told `reason`, and may ask again."""
    joining.reject(req.principal, building_id, request_id, req.body["reason"])


def _cancel(req: Request, building_id: UUID, request_id: UUID) -> None:
    """While it waits."""
    joining.cancel(req.principal, building_id, request_id)


def _request(req: Request, building_id: UUID, request_id: UUID) -> Any:
    return queries.join_request(building_id, request_id, req.principal)


class Invitations:
    """`/v1/buildings/{building_id}/invitations`."""

    @endpoint(
        summary="List the codes that let people in",
        permission=AUTHENTICATED,
        response=page_of(schemas.InvitationOut),
        errors=SEE,
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """Those that may still be used, the latest first, without the codes."""
        visible(req.principal, building_id, MANAGE)
        return queries.invitations(building_id, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Make a code that lets people in",
        permission=AUTHENTICATED,
        body=schemas.InvitationIn,
        response=schemas.InvitationMadeOut,
        status=201,
        errors=RUN,
    )
    def on_post(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """`code` is shown this once: only its digest is kept."""
        made, code = joining.invite(req.principal, building_id, req.body)
        return made.__data__ | {"unit_id": made.unit_id, "code": code}


class Invitation:
    """`/v1/buildings/{building_id}/invitations/{invitation_id}`."""

    @endpoint(summary="Make a code useless", permission=AUTHENTICATED, errors=SEE)
    def on_delete(self, req: Request, resp: Response, building_id: UUID, invitation_id: UUID) -> None:
        """Who came in by it stays."""
        joining.revoke(req.principal, building_id, invitation_id)


class Accept:
    """`/v1/buildings/invitations/accept`."""

    @endpoint(
        summary="Come in by a code",
        permission=AUTHENTICATED,
        body=schemas.AcceptIn,
        response=schemas.BuildingOut,
        idempotent=True,
        rate=Rate(20, per=3600, by="principal"),
        errors=(Gone, Conflict, Forbidden),
        statements=STATEMENTS,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Also into a building that does not stand in the directory."""
        building_id = joining.accept(req.principal, req.body["code"])
        return queries.one(alive(building_id), req.principal)


_ONE: Final = "/buildings/{building_id:uuid}"
_REQUEST: Final = f"{_ONE}/join-requests/{{request_id:uuid}}"
ACTIONS: Final = Actions(
    _REQUEST,
    answer=_request,
    permission=AUTHENTICATED,
    response=schemas.JoinRequestOut,
    idempotent=True,
    errors=(*RUN, Conflict),
)
JOINING: Final = (
    Route("/buildings/join-requests", OwnJoinRequests()),
    Route("/buildings/invitations/accept", Accept()),
    Route(f"{_ONE}/join-requests", JoinRequests()),
    Route(_REQUEST, JoinRequest()),
    ACTIONS.route("approve", "Take somebody in", _approve, body=schemas.JoinApproval, statements=STATEMENTS),
    ACTIONS.route("reject", "Turn a request down", _reject, body=schemas.ReasonIn),
    ACTIONS.route("cancel", "Take my request to join back", _cancel, errors=(*SEE, Conflict)),
    Route(f"{_ONE}/invitations", Invitations()),
    Route(f"{_ONE}/invitations/{{invitation_id:uuid}}", Invitation()),
)

"""`/v1/appeals` of those whom decisions concern, `/v1/moderation/appeals` of those who hear them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Actions,
    Forbidden,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.moderation import queries, schemas
from plugins.moderation.audience import person
from plugins.moderation.resources.cases import CHANGE, require_moderator
from plugins.moderation.services import appealing


class Appeals:
    """`/v1/appeals`."""

    @endpoint(
        summary="List my appeals",
        permission=AUTHENTICATED,
        response=page_of(schemas.AppealOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first."""
        return queries.my_appeals(person(req.principal), req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Appeal a decision",
        permission=PUBLIC,
        body=schemas.AppealIn,
        response=schemas.AppealOut,
        status=201,
        idempotent=True,
        rate=Rate(20, per=3600),
        errors=CHANGE,
        statements=20,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Once, in time. Who is suspended or banned sends the statement's token instead of signing in."""
        body = req.body
        made = appealing.appeal(req.principal, body["decision_id"], body["text"], body["token"])
        resp.location = f"/v1/appeals/{made}"
        return queries.filed(made)


class One:
    """`/v1/appeals/{appeal_id}`."""

    @endpoint(
        summary="See an appeal of mine",
        permission=AUTHENTICATED,
        response=schemas.AppealOut,
        errors=(NotFound, Forbidden),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, appeal_id: UUID) -> Any:
        """With its outcome, and why."""
        return queries.my_appeal(appeal_id, person(req.principal))


class Hearings:
    """`/v1/moderation/appeals`."""

    @endpoint(
        summary="See which appeals are to be decided",
        permission=AUTHENTICATED,
        query=schemas.AppealsQuery,
        response=page_of(schemas.HeardOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Who waits longest first, with the decisions they contest."""
        require_moderator(req)
        return queries.hearings(req.principal, req.query)


class Hearing:
    """`/v1/moderation/appeals/{appeal_id}`."""

    @endpoint(
        summary="See an appeal",
        permission=AUTHENTICATED,
        response=schemas.HeardOut,
        etag=True,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, appeal_id: UUID) -> Any:
        """For moderators, with the decision it contests."""
        return queries.hearing(appeal_id, req.principal)


def _uphold(req: Request, appeal_id: UUID) -> None:
    appealing.uphold(req.principal, appeal_id, req.if_match, req.body["reason"])


def _grant(req: Request, appeal_id: UUID) -> None:
    appealing.grant(req.principal, appeal_id, req.if_match, req.body["reason"])


def _appeal(req: Request, appeal_id: UUID) -> Any:
    return queries.hearing(appeal_id, req.principal)


ACTIONS: Final = Actions(
    "/moderation/appeals/{appeal_id:uuid}",
    answer=_appeal,
    description="Never by who made the decision; the reason is told to who appealed.",
    permission=AUTHENTICATED,
    body=schemas.ReasonIn,
    response=schemas.HeardOut,
    etag=True,
    idempotent=True,
    errors=CHANGE,
    statements=60,
)
APPEALS: Final = (
    Route("/appeals", Appeals()),
    Route("/appeals/{appeal_id:uuid}", One()),
    Route("/moderation/appeals", Hearings()),
    Route("/moderation/appeals/{appeal_id:uuid}", Hearing()),
    ACTIONS.route("uphold", "Leave a decision as it is", _uphold),
    ACTIONS.route("grant", "Take an appealed decision back", _grant),
)

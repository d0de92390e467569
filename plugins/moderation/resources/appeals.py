"""`/v1/appeals` of those whom decisions concern, `/v1/moderation/appeals` of those who hear them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
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
from plugins.moderation.resources.cases import CHANGE
from plugins.moderation.resources.contests import Contest, hearings
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


HEARD: Final = Contest(
    path="/moderation/appeals",
    name="appeal",
    response=schemas.HeardOut,
    page=queries.hearings,
    one=queries.hearing,
    uphold=appealing.uphold,
    grant=appealing.grant,
    heard="Who waits longest first, with the decisions they contest.",
    told="For moderators, with the decision it contests.",
    never="Never by who made the decision; the reason is told to who appealed.",
    upheld="Leave a decision as it is",
    granted="Take an appealed decision back",
)
APPEALS: Final = (
    Route("/appeals", Appeals()),
    Route("/appeals/{appeal_id:uuid}", One()),
    *hearings(HEARD),
)

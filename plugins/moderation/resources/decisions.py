"""Decisions: as moderators see them, and the statements of reasons of those they concern."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import AUTHENTICATED, Forbidden, NotFound, Request, Response, Route, endpoint, page_of
from plugins.moderation import queries, schemas
from plugins.moderation.audience import person
from plugins.moderation.resources.cases import CHANGE, require_moderator
from plugins.moderation.services import reversing


class Decisions:
    """`/v1/moderation/decisions`."""

    @endpoint(
        summary="List decisions",
        permission=AUTHENTICATED,
        query=schemas.DecisionsQuery,
        response=page_of(schemas.DecisionOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first; of one person, one case, one sanction."""
        require_moderator(req)
        return queries.decisions(req.principal, req.query)


class Decision:
    """`/v1/moderation/decisions/{decision_id}`."""

    @endpoint(
        summary="See a decision",
        permission=AUTHENTICATED,
        response=schemas.DecisionOut,
        etag=True,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, decision_id: UUID) -> Any:
        """For moderators; whom it concerns reads its statement."""
        return queries.decision(decision_id, req.principal)


class Reverse:
    """`/v1/moderation/decisions/{decision_id}/reverse`."""

    @endpoint(
        summary="Take a decision back",
        permission=AUTHENTICATED,
        body=schemas.ReasonIn,
        response=schemas.DecisionOut,
        etag=True,
        idempotent=True,
        errors=CHANGE,
        statements=60,
    )
    def on_post(self, req: Request, resp: Response, decision_id: UUID) -> Any:
        """What it hid is shown again, its strike does not count, the standing is what it was without it."""
        reversing.reverse(req.principal, decision_id, req.if_match, req.body["reason"])
        return queries.decision(decision_id, req.principal)


class Statements:
    """`/v1/moderation/statements`."""

    @endpoint(
        summary="List decisions about me",
        permission=AUTHENTICATED,
        response=page_of(schemas.StatementOut),
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """With their reasons, the latest first."""
        return queries.statements(person(req.principal), req.query["cursor"], req.query["limit"])


class Statement:
    """`/v1/moderation/statements/{decision_id}`."""

    @endpoint(
        summary="Read the reasons of a decision about me",
        permission=AUTHENTICATED,
        response=schemas.StatementOut,
        errors=(NotFound, Forbidden),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, decision_id: UUID) -> Any:
        """What was done, since and until when, on what facts and ground, and how to appeal."""
        return queries.statement(decision_id, person(req.principal))


DECISIONS: Final = (
    Route("/moderation/decisions", Decisions()),
    Route("/moderation/decisions/{decision_id:uuid}", Decision()),
    Route("/moderation/decisions/{decision_id:uuid}/reverse", Reverse()),
    Route("/moderation/statements", Statements()),
    Route("/moderation/statements/{decision_id:uuid}", Statement()),
)

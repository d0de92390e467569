"""`/v1/moderation`: the queue and its cases, for moderators."""

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
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.moderation import queries, schemas
from plugins.moderation.permissions import REVIEW
from plugins.moderation.services import reviewing

CHANGE: Final = (NotFound, Conflict, PreconditionFailed, Invalid, Forbidden)


def require_moderator(req: Request) -> None:
    """Raise Forbidden for who moderates nowhere: a list would be empty, and they should know why."""
    if not req.principal.can_somewhere(REVIEW):
        raise Forbidden(f"This takes {REVIEW}.")


class Cases:
    """`/v1/moderation/cases`."""

    @endpoint(
        summary="See what is to be moderated",
        permission=AUTHENTICATED,
        query=schemas.QueueQuery,
        response=page_of(schemas.CaseItemOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """One queue for all kinds, what waits longest first; never what is about yourself."""
        require_moderator(req)
        return queries.queue(req.principal, req.query)


class One:
    """`/v1/moderation/cases/{case_id}`."""

    @endpoint(
        summary="See a case",
        permission=AUTHENTICATED,
        response=schemas.CaseOut,
        etag=True,
        errors=(NotFound,),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, case_id: UUID) -> Any:
        """The thing as it was when it was first reported, and as it is now; its owner's strikes."""
        return queries.case(case_id, req.principal)


class Reports:
    """`/v1/moderation/cases/{case_id}/reports`."""

    @endpoint(
        summary="Read what was reported",
        permission=AUTHENTICATED,
        response=page_of(schemas.CaseReportOut),
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, case_id: UUID) -> Any:
        """The first first; who reported anonymously is stored nowhere."""
        return queries.reports(case_id, req.principal, req.query["cursor"], req.query["limit"])


class Trail:
    """`/v1/moderation/cases/{case_id}/trail`."""

    @endpoint(
        summary="See what was done about a case",
        permission=AUTHENTICATED,
        response=page_of(schemas.EntryOut),
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, case_id: UUID) -> Any:
        """The first first: every step, by whom, and why. Lines are only ever added."""
        return queries.trail(case_id, req.principal, req.query["cursor"], req.query["limit"])


class Counts:
    """`/v1/moderation/counts`."""

    @endpoint(
        summary="Count what is to do and what was done",
        permission=AUTHENTICATED,
        response=schemas.CountsOut,
        errors=(Forbidden,),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Open cases and appeals; the last 30 days."""
        require_moderator(req)
        return queries.counts(req.principal)


def _case(req: Request, case_id: UUID) -> Any:
    return queries.case(case_id, req.principal)


ACTIONS: Final = Actions(
    "/moderation/cases/{case_id:uuid}",
    answer=_case,
    description="Answers with the case as it is then; of two at once one is done, the other told.",
    permission=AUTHENTICATED,
    response=schemas.CaseOut,
    etag=True,
    idempotent=True,
    errors=CHANGE,
    statements=60,
)


def _claim(req: Request, case_id: UUID) -> None:
    reviewing.claim(req.principal, case_id, req.if_match)


def _release(req: Request, case_id: UUID) -> None:
    reviewing.release(req.principal, case_id, req.if_match)


def _resolve(req: Request, case_id: UUID) -> None:
    reviewing.resolve(req.principal, case_id, req.if_match, req.body)


def _dismiss(req: Request, case_id: UUID) -> None:
    reviewing.dismiss(req.principal, case_id, req.if_match, req.body["reason"])


def _note(req: Request, case_id: UUID) -> None:
    reviewing.note(req.principal, case_id, req.body["text"])


CASES: Final = (
    Route("/moderation/cases", Cases()),
    Route("/moderation/cases/{case_id:uuid}", One()),
    Route("/moderation/cases/{case_id:uuid}/reports", Reports()),
    Route("/moderation/cases/{case_id:uuid}/trail", Trail()),
    Route("/moderation/counts", Counts()),
    ACTIONS.route("claim", "Take a case", _claim),
    ACTIONS.route("release", "Give a case back to the queue", _release),
    ACTIONS.route("resolve", "Act on a case", _resolve, body=schemas.ResolveIn),
    ACTIONS.route("dismiss", "Find nothing wrong", _dismiss, body=schemas.ReasonIn),
    ACTIONS.route("note", "Note something for other moderators", _note, body=schemas.NoteIn),
)

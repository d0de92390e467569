"""The HTTP surface of verification: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Actions,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.verification import queries, schemas
from plugins.verification.services import asking, reviewing
from plugins.verification.services.rows import person

CHANGE: Final = (NotFound, Conflict, PreconditionFailed, Invalid, Forbidden)


class Kinds:
    """`/v1/verifications/kinds`."""

    @endpoint(summary="See what is verified here", permission=PUBLIC, response=schemas.KindsOut, etag=True)
    def on_get(self, req: Request, resp: Response) -> Any:
        """With the steps of each: their fields, the documents they take, the agreement to accept."""
        return {"items": queries.kinds()}


class Requests:
    """`/v1/verifications`."""

    @endpoint(
        summary="List my requests",
        permission=AUTHENTICATED,
        query=schemas.OwnQuery,
        response=page_of(schemas.RequestItemOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first."""
        return queries.mine(person(req.principal), req.query)

    @endpoint(
        summary="Ask to be verified",
        permission=AUTHENTICATED,
        body=schemas.RequestIn,
        response=schemas.RequestOut,
        status=201,
        idempotent=True,
        rate=Rate(30, per=3600, by="principal"),
        errors=CHANGE,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A draft to be filled in step by step; with `submit` it is handed over at once."""
        body = req.body
        made = asking.ask(req.principal, body["kind"], body["subject"], body["steps"], submit=body["submit"])
        resp.location = f"/v1/verifications/{made}"
        return queries.one(made, req.principal)


class Queue:
    """`/v1/verifications/queue`."""

    @endpoint(
        summary="See what I am to review",
        permission=AUTHENTICATED,
        query=schemas.QueueQuery,
        response=page_of(schemas.QueueItemOut),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Who waits longest first; empty for those who review nothing."""
        return queries.queue(req.principal, req.query)


class One:
    """`/v1/verifications/{request_id}`."""

    @endpoint(
        summary="See a request",
        permission=AUTHENTICATED,
        response=schemas.RequestOut,
        etag=True,
        errors=(NotFound,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response, request_id: UUID) -> Any:
        """For its requester and its reviewers; for everybody else there is no such request."""
        return queries.one(request_id, req.principal)


class Step:
    """`/v1/verifications/{request_id}/steps/{step}`."""

    @endpoint(
        summary="Fill in a step",
        permission=AUTHENTICATED,
        body=schemas.StepIn,
        response=schemas.RequestOut,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_put(self, req: Request, resp: Response, request_id: UUID, step: str) -> Any:
        """It replaces what there was; not while the request is reviewed or approved."""
        asking.fill(req.principal, request_id, req.if_match, step, req.body)
        return queries.one(request_id, req.principal)


def _request(req: Request, request_id: UUID) -> Any:
    return queries.one(request_id, req.principal)


def _submit(req: Request, request_id: UUID) -> None:
    asking.submit(req.principal, request_id, req.if_match)


def _withdraw(req: Request, request_id: UUID) -> None:
    asking.withdraw(req.principal, request_id, req.if_match)


def _claim(req: Request, request_id: UUID) -> None:
    reviewing.claim(req.principal, request_id)


def _release(req: Request, request_id: UUID) -> None:
    reviewing.release(req.principal, request_id)


def _approve(req: Request, request_id: UUID) -> None:
    reviewing.approve(req.principal, request_id, req.if_match)


def _reject(req: Request, request_id: UUID) -> None:
    reviewing.reject(req.principal, request_id, req.if_match, req.body["reason"])


def _revoke(req: Request, request_id: UUID) -> None:
    reviewing.revoke(req.principal, request_id, req.if_match, req.body["reason"])


TO_REQUEST: Final = Actions(
    "/verifications/{request_id:uuid}",
    answer=_request,
    description="Answers with the request as it is then; two at once, and one gets 409 with what is allowed.",
    permission=AUTHENTICATED,
    response=schemas.RequestOut,
    etag=True,
    idempotent=True,
    errors=CHANGE,
    statements=40,
)
ACTIONS: Final = (
    TO_REQUEST.route("submit", "Hand a request to the reviewers", _submit),
    TO_REQUEST.route("withdraw", "Take a request back", _withdraw),
    TO_REQUEST.route("claim", "Take a request to review it", _claim),
    TO_REQUEST.route("release", "Give a request back to the queue", _release),
    TO_REQUEST.route("approve", "Approve a request", _approve),
    TO_REQUEST.route("reject", "Reject a request", _reject, body=schemas.ReasonIn),
    TO_REQUEST.route("revoke", "Take an approval back", _revoke, body=schemas.ReasonIn),
)


class History:
    """`/v1/verifications/{request_id}/history`."""

    @endpoint(
        summary="See how a request came about",
        permission=AUTHENTICATED,
        response=page_of(schemas.ChangeOut),
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, request_id: UUID) -> Any:
        """The earliest first. Its requester is not told which reviewer it was."""
        return queries.history(request_id, req.principal, req.query["cursor"], req.query["limit"])


class Notes:
    """`/v1/verifications/{request_id}/notes`."""

    @endpoint(
        summary="Read the reviewers' notes",
        permission=AUTHENTICATED,
        response=page_of(schemas.NoteOut),
        errors=(NotFound, Forbidden),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, request_id: UUID) -> Any:
        """The earliest first; never for the requester."""
        return queries.notes(request_id, req.principal, req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Note something for other reviewers",
        permission=AUTHENTICATED,
        body=schemas.NoteIn,
        response=schemas.NoteOut,
        status=201,
        idempotent=True,
        errors=(NotFound, Forbidden),
    )
    def on_post(self, req: Request, resp: Response, request_id: UUID) -> Any:
        """It stays with the request."""
        return reviewing.note(req.principal, request_id, req.body["text"])


ROUTES: Final = (
    Route("/verifications", Requests()),
    Route("/verifications/kinds", Kinds()),
    Route("/verifications/queue", Queue()),
    Route("/verifications/{request_id:uuid}", One()),
    Route("/verifications/{request_id:uuid}/steps/{step}", Step()),
    *ACTIONS,
    Route("/verifications/{request_id:uuid}/history", History()),
    Route("/verifications/{request_id:uuid}/notes", Notes()),
)

"""The HTTP surface of reviews: parse, call, respond."""

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
from plugins.reviews import queries, schemas
from plugins.reviews.permissions import WRITE
from plugins.reviews.services import withholding, writing

CHANGE: Final = (NotFound, Forbidden, Conflict, PreconditionFailed, Invalid)


class Reviews:
    """`/v1/reviews`."""

    @endpoint(
        summary="Read reviews",
        permission=PUBLIC,
        query=schemas.ReviewsQuery,
        response=page_of(schemas.ReviewOut),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first: of a person, by a person, about a listing."""
        return queries.page(req.principal, req.query)

    @endpoint(
        summary="Review a completed transaction",
        permission=WRITE,
        body=schemas.ReviewIn,
        response=schemas.ReviewOut,
        status=201,
        idempotent=True,
        rate=Rate(60, per=3600, by="principal"),
        errors=CHANGE,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """For its two parties, each once, about the other."""
        made = writing.review(req.principal, req.body)
        resp.location = f"/v1/reviews/{made}"
        return queries.one(made, req.principal)


class One:
    """`/v1/reviews/{review_id}`."""

    @endpoint(
        summary="Read a review",
        permission=PUBLIC,
        response=schemas.ReviewOut,
        etag=True,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, review_id: UUID) -> Any:
        """What is withheld its author and moderators see."""
        return queries.one(review_id, req.principal)

    @endpoint(
        summary="Change a review",
        permission=AUTHENTICATED,
        body=schemas.ReviewContent(partial=True),
        response=schemas.ReviewOut,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_patch(self, req: Request, resp: Response, review_id: UUID) -> Any:
        """For its author, for some time, until it is answered."""
        writing.edit(req.principal, review_id, req.if_match, req.body)
        return queries.one(review_id, req.principal)

    @endpoint(
        summary="Delete a review",
        permission=AUTHENTICATED,
        status=204,
        etag=True,
        errors=CHANGE,
        statements=30,
    )
    def on_delete(self, req: Request, resp: Response, review_id: UUID) -> None:
        """For its author, at any time, for good: the transaction is not reviewed anew."""
        writing.delete(req.principal, review_id, req.if_match)


class Answer:
    """`/v1/reviews/{review_id}/response`."""

    @endpoint(
        summary="Answer a review",
        permission=AUTHENTICATED,
        body=schemas.ResponseIn,
        response=schemas.ReviewOut,
        status=201,
        idempotent=True,
        errors=CHANGE,
        statements=30,
    )
    def on_post(self, req: Request, resp: Response, review_id: UUID) -> Any:
        """For who it is about, once; the review is final from then on."""
        writing.respond(req.principal, review_id, req.if_match, req.body["text"])
        return queries.one(review_id, req.principal)


def _withhold(req: Request, review_id: UUID) -> None:
    """For moderators of its scope. It does not count in the reputation while it is withheld."""
    withholding.moderate(review_id, req.principal, shown=False, note=req.body["note"])


def _release(req: Request, review_id: UUID) -> None:
    """For moderators of its scope. What others withhold it for stays."""
    withholding.moderate(review_id, req.principal, shown=True)


def _review(req: Request, review_id: UUID) -> Any:
    return queries.one(review_id, req.principal)


ACTIONS: Final = Actions(
    "/reviews/{review_id:uuid}",
    answer=_review,
    permission=AUTHENTICATED,
    response=schemas.ReviewOut,
    idempotent=True,
    errors=CHANGE,
    statements=30,
)


class Ranking:
    """`/v1/reputation`."""

    @endpoint(
        summary="Rank people by reputation",
        permission=PUBLIC,
        query=schemas.RoleQuery,
        response=page_of(schemas.StandingOut),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Sellers (or buyers) with reviews, the highest score first."""
        return queries.ranking(req.query["role"], req.query)


class Standing:
    """`/v1/reputation/{user_id}`."""

    @endpoint(
        summary="See a reputation",
        permission=PUBLIC,
        query=schemas.RoleQuery,
        response=schemas.StarsOut,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """As a seller, or as a buyer, over all scopes: numbers, not words."""
        return queries.standing(user_id, req.query["role"])


class History:
    """`/v1/reputation/{user_id}/history`."""

    @endpoint(
        summary="See how a reputation came about",
        permission=PUBLIC,
        query=schemas.HistoryQuery,
        response=schemas.HistoryOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> Any:
        """Month by month, by the reviews that count now and by the formula's present settings."""
        return queries.history(user_id, req.query["role"], req.query["months"])


ROUTES: Final = (
    Route("/reviews", Reviews()),
    Route("/reviews/{review_id:uuid}", One()),
    Route("/reviews/{review_id:uuid}/response", Answer()),
    ACTIONS.route("withhold", "Take a review out of sight", _withhold, body=schemas.WithholdIn),
    ACTIONS.route("release", "Show a review again", _release),
    Route("/reputation", Ranking()),
    Route("/reputation/{user_id:uuid}", Standing()),
    Route("/reputation/{user_id:uuid}/history", History()),
)

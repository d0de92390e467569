"""`/v1/moderation/<contests>`: where moderators hear what contests a decision.

An appeal of whom a decision concerns and a complaint of who reported in vain are one
thing to who hears them: a queue, a page, and two ways to decide. Each says in a
`Contest` what is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Forbidden,
    NotFound,
    Page,
    Principal,
    Request,
    Response,
    Route,
    Schema,
    endpoint,
    page_of,
)
from plugins.moderation import schemas
from plugins.moderation.resources.cases import CHANGE, require_moderator

Decide = Callable[[Principal, UUID, int | None, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A way to contest a decision: its `path`, what moderators read of it, and what deciding does.

    `heard` and `told` say whom it is of and what its page shows, `never` who may not decide it;
    `upheld` and `granted` what the two decisions are called.
    """

    path: str
    name: str
    response: type[Schema]
    page: Callable[[Principal, Mapping[str, Any]], Page[dict[str, Any]]]
    one: Callable[[UUID, Principal], Mapping[str, Any]]
    uphold: Decide
    grant: Decide
    heard: str
    told: str
    never: str
    upheld: str
    granted: str


def hearings(contest: Contest) -> tuple[Route, ...]:
    """Return the routes by which moderators hear a kind of contest."""
    item = f"{contest.path}/{{contest_id:uuid}}"
    actions = Actions(
        item,
        answer=lambda req, contest_id: contest.one(contest_id, req.principal),
        description=contest.never,
        permission=AUTHENTICATED,
        body=schemas.ReasonIn,
        response=contest.response,
        etag=True,
        idempotent=True,
        errors=CHANGE,
        statements=60,
    )
    return (
        Route(contest.path, _queue(contest)),
        Route(item, _item(contest)),
        actions.route("uphold", contest.upheld, _decision(contest.uphold)),
        actions.route("grant", contest.granted, _decision(contest.grant)),
    )


def _queue(contest: Contest) -> object:
    class Queue:
        @endpoint(
            summary=f"See which {contest.name}s are to be decided",
            description=contest.heard,
            permission=AUTHENTICATED,
            query=schemas.AppealsQuery,
            response=page_of(contest.response),
            errors=(Forbidden,),
            statements=3,
        )
        def on_get(self, req: Request, resp: Response) -> Any:
            require_moderator(req)
            return contest.page(req.principal, req.query)

    return Queue()


def _item(contest: Contest) -> object:
    article = "an" if contest.name[0] in "aeiou" else "a"

    class Item:
        @endpoint(
            summary=f"See {article} {contest.name}",
            description=contest.told,
            permission=AUTHENTICATED,
            response=contest.response,
            etag=True,
            errors=(NotFound,),
            statements=3,
        )
        def on_get(self, req: Request, resp: Response, contest_id: UUID) -> Any:
            return contest.one(contest_id, req.principal)

    return Item()


def _decision(decide: Decide) -> Callable[..., None]:
    def decided(req: Request, contest_id: UUID) -> None:
        decide(req.principal, contest_id, req.if_match, req.body["reason"])

    return decided

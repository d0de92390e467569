"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.blocking import queries, services
from plugins.blocking.schemas import BlockIn, BlockOut

CHANGES: Final = Rate(60, per=60, by="principal")


def person(req: Request) -> UUID:
    """Return whose list it is; raise Forbidden when a machine asks for itself."""
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return req.principal.id


class Blocks:
    """`/v1/blocks`."""

    @endpoint(
        summary="List whom I block",
        permission=AUTHENTICATED,
        response=page_of(BlockOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first. Who blocks me is not told."""
        return queries.page(person(req), req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Block somebody",
        permission=AUTHENTICATED,
        body=BlockIn,
        response=BlockOut,
        status=201,
        idempotent=True,
        rate=CHANGES,
        errors=(Conflict, Forbidden, Invalid, NotFound),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """At once, in both directions, on open connections too. Blocking twice changes nothing."""
        me = person(req)
        made = services.block(me, req.body["user_id"])
        resp.location = f"/v1/blocks/{made.blocked_id}"
        [shown] = queries.shown(me, [made])
        return shown


class Block:
    """`/v1/blocks/{user_id}`."""

    @endpoint(summary="Unblock somebody", permission=AUTHENTICATED, rate=CHANGES, errors=(Forbidden,))
    def on_delete(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Nothing happens when they are not blocked."""
        services.unblock(person(req), user_id)


ROUTES: Final = (Route("/blocks", Blocks()), Route("/blocks/{user_id:uuid}", Block()))

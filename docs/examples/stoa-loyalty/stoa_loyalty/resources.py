"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import AUTHENTICATED, NotFound, Rate, Request, Response, endpoint, page_of
from stoa_loyalty import queries, services
from stoa_loyalty.schemas import AccountOut, EntryOut, GrantIn, SpendIn


class MyAccount:
    """`/v1/loyalty/account`."""

    @endpoint(summary="Show my points", permission=AUTHENTICATED, response=AccountOut)
    def on_get(self, req: Request, resp: Response) -> Any:
        return queries.account(req.principal.id)


class MyEntries:
    """`/v1/loyalty/entries`."""

    @endpoint(summary="List my movements", permission=AUTHENTICATED, response=page_of(EntryOut))
    def on_get(self, req: Request, resp: Response) -> Any:
        return queries.entries(req.principal.id, req.query["cursor"], req.query["limit"])


class MyEntry:
    """`/v1/loyalty/entries/{entry_id}`."""

    @endpoint(
        summary="Show one of my movements",
        permission=AUTHENTICATED,
        response=EntryOut,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, entry_id: UUID) -> Any:
        return queries.entry(req.principal.id, entry_id)


class Redemptions:
    """`/v1/loyalty/redemptions`."""

    @endpoint(
        summary="Spend my points",
        permission="loyalty:spend",
        body=SpendIn,
        response=EntryOut,
        status=201,
        idempotent=True,
        rate=Rate(10, per=60, by="principal"),
        errors=(services.NotEnoughPoints,),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        return services.spend(req.principal.id, **req.body)


class Grants:
    """`/v1/loyalty/grants`."""

    @endpoint(
        summary="Give points to somebody",
        permission="loyalty:grant",
        body=GrantIn,
        response=EntryOut,
        status=201,
        idempotent=True,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        return services.earn(**req.body)

"""Everybody's money, for those who look after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kernel import Cached, Request, Response, Route, Schema, endpoint, page_of
from plugins.payments import books
from plugins.payments.permissions import READ
from plugins.payments.schemas import books as schemas
from plugins.payments.schemas.requests import PayoutsQuery
from plugins.payments.schemas.responses import EscrowOut, PaymentOut, PayoutOut

KEPT: Final = 300
"""Seconds a count of the whole ledger is shown for: it takes longer the longer the ledger is."""


def _list(
    name: str, find: Callable[[dict[str, Any]], Any], query: type[Schema], item: type[Schema]
) -> object:
    class Everybodys:
        """A list of everybody's."""

        @endpoint(
            summary=f"List everybody's {name}",
            permission=READ,
            query=query,
            response=page_of(item),
            statements=2,
        )
        def on_get(self, req: Request, resp: Response) -> Any:
            """The latest first."""
            return find(req.query)

    return Everybodys()


class TrialBalance:
    """`/v1/payments/trial-balance`."""

    @endpoint(
        summary="See the trial balance",
        permission=READ,
        response=schemas.TrialBalanceOut,
        cached=Cached(KEPT),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Everything that must hold of the ledger, counted from all its entries as of `counted_at`.

        A count is kept for five minutes; `manage.py payments trial-balance` counts anew.
        """
        return books.trial()


BOOKS: Final = (
    Route("/payments/all", _list("payments", books.payments, schemas.AllPaymentsQuery, PaymentOut)),
    Route("/payments/trial-balance", TrialBalance()),
    Route("/escrows/all", _list("escrows", books.escrows, schemas.AllEscrowsQuery, EscrowOut)),
    Route("/payouts/all", _list("payouts", books.payouts, PayoutsQuery, PayoutOut)),
    Route(
        "/transactions/all", _list("ledger entries", books.entries, schemas.EntriesQuery, schemas.EntryOut)
    ),
)

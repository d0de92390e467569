"""The wallet, and one's statement."""

from __future__ import annotations

from typing import Any

from kernel import (
    AUTHENTICATED,
    Forbidden,
    Invalid,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
    uuid7,
)
from plugins.payments import queries
from plugins.payments.resources.callers import person
from plugins.payments.schemas.requests import TopUpIn, TransactionsQuery
from plugins.payments.schemas.responses import PaymentOut, TransactionOut, WalletOut
from plugins.payments.services import demands


class Wallet:
    """`/v1/wallet`."""

    @endpoint(
        summary="Show my balances",
        permission=AUTHENTICATED,
        response=WalletOut,
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What is free, and what is held in escrow for one, by currency."""
        return queries.balances(person(req))


class TopUps:
    """`/v1/wallet/topups`."""

    @endpoint(
        summary="Pay into my wallet",
        permission=AUTHENTICATED,
        body=TopUpIn,
        response=PaymentOut,
        status=201,
        idempotent=True,
        rate=Rate(60, per=3600, by="principal"),
        errors=(Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A payment to oneself: confirm it like any other, and the money is in the wallet."""
        me, amount = person(req), req.body["amount"]
        made = demands.demand(
            f"topup:{uuid7()}", me, [demands.Share(me, amount.amount)], amount.currency, "", purpose="topup"
        )
        resp.location = f"/v1/payments/{made.id}"
        return queries.shown(made)


class WalletTransactions:
    """`/v1/wallet/transactions`."""

    @endpoint(
        summary="List what moved my balances",
        permission=AUTHENTICATED,
        query=TransactionsQuery,
        response=page_of(TransactionOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first, each with the balance after it."""
        return queries.transactions(person(req), req.query, wallet_only=True)


class Transactions:
    """`/v1/transactions`."""

    @endpoint(
        summary="List my transactions",
        permission=AUTHENTICATED,
        query=TransactionsQuery,
        response=page_of(TransactionOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Everything that moved one's money: cards and banks, wallet, escrow; the latest first."""
        return queries.transactions(person(req), req.query)


WALLET = (
    Route("/wallet", Wallet()),
    Route("/wallet/topups", TopUps()),
    Route("/wallet/transactions", WalletTransactions()),
    Route("/transactions", Transactions()),
)

"""Payers, payees and payments for the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.payments import api, test_gateway
from plugins.payments.models import Payment
from plugins.payments.services import demands
from plugins.payments.services.trial import trial_balance


@dataclass
class Till:
    """A payer's client, and what there is to pay."""

    client: Any
    seller: UUID

    @property
    def payer(self) -> UUID:
        return self.client.user_id

    def due(self, amount: int = 10_000, commission: int = 1_000, currency: str = "USD", **more: Any) -> UUID:
        """Make a payment due; return its id."""
        splits = more.pop("splits", None) or [api.Split(self.seller, amount, commission)]
        ref = more.pop("ref", "") or f"thing:{uuid7()}"
        return api.demand(ref, self.payer, splits, currency, "A chair", **more).id

    def confirm(self, payment_id: UUID, method: str = "tok_ok", **more: Any) -> Any:
        body = {"method": method, **more} if method else more
        return self.client.post(f"/v1/payments/{payment_id}/confirm", body)

    def paid(
        self, amount: int = 10_000, commission: int = 1_000, *, method: str = "tok_ok", **more: Any
    ) -> UUID:
        """Make a payment due and pay it; return its id."""
        payment_id = self.due(amount, commission, **more)
        answer = self.confirm(payment_id, method)
        assert answer.json["status"] in ("CAPTURED", "AUTHORISED"), answer.text
        return payment_id

    def top_up(self, amount: int, currency: str = "USD") -> None:
        """Put money into the payer's wallet."""
        made = demands.demand(
            f"topup:{uuid7()}", self.payer, [demands.Share(self.payer, amount)], currency, "", purpose="topup"
        )
        assert self.confirm(made.id).json["status"] == "CAPTURED"


@pytest.fixture
def till(client) -> Till:
    return Till(client.as_user(), uuid7())


@pytest.fixture
def treasurer(client) -> Any:
    return client.as_user(None, "treasurer")


@pytest.fixture
def webhook(client) -> Callable[..., Any]:
    """Post the test gateway's webhook about a payment: `webhook(payment_id, status="failed")`."""

    def post(payment_id: UUID, event_id: str = "", **changes: Any) -> Any:
        ref = Payment.get_by_id(payment_id).intent
        headers, body = test_gateway.webhook(ref, event_id, **changes)
        return client.post("/v1/payments/webhooks/test", body=body, headers=headers)

    return post


@pytest.fixture
def types(app) -> Callable[[], list[str]]:
    """Return the types of the events of payments stored so far, in order."""
    return lambda: [
        wire.removeprefix("payments.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'payments.%%' ORDER BY position"
        )
    ]


@pytest.fixture
def books() -> Callable[[], dict[str, int]]:
    """Return the balances by kind of account in one currency, having checked that the ledger is true."""

    def read(currency: str = "USD") -> dict[str, int]:
        found = trial_balance()
        assert found["balanced"], found
        held = found["currencies"].get(currency, {"balances": {}})["balances"]
        return {kind: amount for kind, amount in held.items() if amount}

    return read

"""A shop that is paid through one gateway, for the tests of the adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel import uuid7
from kernel.testing import Client
from plugins.payments import api
from plugins.payments.models import Movement
from plugins.payments.services import operations
from plugins.payments.services.trial import trial_balance


@dataclass
class Shop:
    """An application with one gateway, a buyer and a seller."""

    app: Any
    gateway: str
    buyer: Client
    seller: UUID

    @classmethod
    def of(cls, make_app: Any, gateway: str, settings: dict[str, Any]) -> Shop:
        app = make_app(gateway, payments={"gateways": [gateway]}, **{gateway: settings})
        return cls(app, gateway, Client(app).as_user(), uuid7())

    def due(self, amount: int = 10_000, currency: str = "USD", **more: Any) -> UUID:
        splits = [api.Split(self.seller, amount, amount // 10)]
        return api.demand(f"thing:{uuid7()}", self.buyer.user_id, splits, currency, "A chair", **more).id

    def confirm(self, payment_id: UUID, **body: Any) -> Any:
        answer = self.buyer.post(f"/v1/payments/{payment_id}/confirm", body)
        assert answer.status == 200, answer.text
        return answer.json

    def keep(self, token: str, by: Client | None = None) -> Any:
        """Keep a method and let it be charged without its owner; return the answer to that."""
        kept = (by or self.buyer).post("/v1/payments/methods", {"token": token, "label": "Card"})
        assert kept.status == 201, kept.text
        return self.agree(kept.json["id"], by)

    def agree(self, method_id: str, by: Client | None = None) -> Any:
        path = f"/v1/payments/methods/{method_id}/off-session"
        return (by or self.buyer).put(path, {"consent": "Charge it for renewals."})

    def charge(self, amount: int = 10_000, payment_id: UUID | None = None) -> UUID:
        """Have a payment charged to the kept method; return its id."""
        due = payment_id or self.due(amount)
        assert api.charge_kept(due, "system")
        self.run()
        return due

    def refund(self, payment_id: UUID, amount: int | None = None) -> Any:
        currency = api.payment(payment_id).amount.currency
        asked = {"amount": amount, "currency": currency} if amount else None
        answer = self.treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": asked})
        assert answer.status == 201, answer.text
        return self.refunds(payment_id)[0]

    def refunds(self, payment_id: UUID) -> Any:
        """Run what waits, and return the refunds."""
        self.run()
        return self.buyer.get(f"/v1/payments/{payment_id}/refunds").json["items"]

    def run(self) -> None:
        """Ask the gateway what is due."""
        self.app.db.release()
        operations.sweep()

    @property
    def treasurer(self) -> Client:
        return Client(self.app).as_user(None, "treasurer")

    def deliver(self, headers: dict[str, str], body: bytes) -> Any:
        sent = {"content-type": "application/json", **headers}
        return Client(self.app).post(f"/v1/payments/webhooks/{self.gateway}", body=body, headers=sent)

    def status(self, payment_id: UUID) -> str:
        found = api.payment(payment_id)
        assert found is not None
        return found.status

    def clearing(self, currency: str = "USD") -> int:
        """Return what the ledger says the gateway holds, having checked that it balances."""
        found = trial_balance()
        assert found["balanced"], found
        return -found["currencies"].get(currency, {"balances": {}})["balances"].get("clearing", 0)

    def fees(self, currency: str = "USD") -> int:
        """Return what the ledger says the gateway kept."""
        return -trial_balance()["currencies"][currency]["balances"].get("fees", 0)

    def captures(self) -> int:
        return Movement.select().where(Movement.kind == "capture").count()

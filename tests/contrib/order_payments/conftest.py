"""A buyer, a seller, and listings to be ordered and paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from kernel import Money, Principal, uuid7
from kernel.auth.principals import ALL
from plugins.accounts import api as accounts
from plugins.categories import services as categories
from plugins.listings.services import editing
from plugins.payments.services.trial import trial_balance

OURS = {"dispute": "DISPUTED", "resolve": "COMPLETED", "refund": "REFUNDED"}


@dataclass
class Market:
    """Two people and what they do with each other."""

    app: Any
    buyer: Any
    seller: Any
    listing: UUID

    def order(self, quantity: int = 1) -> str:
        lines = [{"ref": f"listing:{self.listing}", "quantity": quantity}]
        answer = self.buyer.post("/v1/orders", {"lines": lines})
        assert answer.status == 201, answer.text
        return answer.json["orders"][0]["id"]

    def payment(self, order_id: str) -> dict[str, Any]:
        answer = self.buyer.post(f"/v1/order-payments/{order_id}")
        assert answer.status == 200, answer.text
        return answer.json

    def pay(self, order_id: str, method: str = "tok_ok") -> dict[str, Any]:
        payment_id = self.payment(order_id)["id"]
        answer = self.buyer.post(f"/v1/payments/{payment_id}/confirm", {"method": method})
        assert answer.status == 200, answer.text
        return answer.json

    def step(self, who: Any, order_id: str, name: str, reason: str = "Because") -> Any:
        if name in OURS:
            return who.patch(f"/v1/orders/{order_id}", {"status": OURS[name], "reason": reason})
        return who.post(f"/v1/orders/{order_id}/{name}", {"reason": reason})

    def status(self, order_id: str) -> str:
        return self.buyer.get(f"/v1/orders/{order_id}").json["status"]

    def spend(self, amount: int) -> None:
        """Let the seller have money sent to their bank."""
        bank = self.seller.post(
            "/v1/payments/methods", {"use": "payout", "token": "acct_ok", "label": "Bank"}
        )
        asked = {"amount": {"amount": amount, "currency": "USD"}, "method_id": bank.json["id"]}
        answer = self.seller.post("/v1/payouts", asked)
        assert answer.status == 201, answer.text

    def earn(self, amount: int) -> None:
        """Let the seller put money into their wallet."""
        due = self.seller.post("/v1/wallet/topups", {"amount": {"amount": amount, "currency": "USD"}}).json
        answer = self.seller.post(f"/v1/payments/{due['id']}/confirm", {"method": "tok_ok"})
        assert answer.status == 200, answer.text

    def quantity(self) -> int:
        return self.seller.get(f"/v1/listings/{self.listing}").json["quantity"]

    def sign_in(self) -> None:
        """Get new tokens: the clock has moved past the old ones' end."""
        self.buyer, self.seller = (each.as_user(each.user_id) for each in (self.buyer, self.seller))

    def books(self) -> dict[str, int]:
        found = trial_balance()
        assert found["balanced"], found
        held = found["currencies"].get("USD", {"balances": {}})["balances"]
        return {kind: amount for kind, amount in held.items() if amount}


@pytest.fixture
def market(app, client) -> Market:
    people = [
        accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)
        for name in ("Ada", "Ben")
    ]
    category = uuid7()
    categories.create(
        None, {"name": "Chairs", "slug": "chairs", "parent_id": None, "attributes": []}, id=category
    )
    seller = Principal(id=people[1], kind="user", permissions={"listings:publish": ALL})
    given = {
        "type": "PRODUCT", "title": "Oak chair", "status": "ACTIVE", "scope": None, "category_id": category,
        "price": Money(4_900, "USD"), "quantity": 10,
    }  # fmt: skip
    listing = editing.create(seller, given)
    return Market(app, client.as_user(people[0]), client.as_user(people[1]), listing)

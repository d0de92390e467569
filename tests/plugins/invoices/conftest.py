"""Two people, what they order from each other, and the documents of that."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pypdf
import pytest

from kernel import Money, Principal, uuid7
from plugins.accounts import api as accounts
from plugins.orders import api as orders
from plugins.orders.pipeline import Draft, DraftLine, Offer
from plugins.orders.services import placement


@dataclass
class Trade:
    """A buyer and a seller, signed in."""

    app: Any
    work: Any
    buyer: Any
    seller: Any

    def ordered(
        self, *prices: int, title: str = "Oak chair", scope: str | None = None, currency="USD"
    ) -> UUID:
        """Order two pieces for each price; return the order's id."""
        order_id = uuid7()
        lines = tuple(
            DraftLine(uuid7(), order_id, at, self._offer(f"{title} {at}", Money(price, currency), scope), 2)
            for at, price in enumerate(prices)
        )
        draft = Draft(uuid7(), Principal(id=self.buyer.user_id, kind="user"), currency, lines)
        with self.app.db.atomic():
            [order] = placement.carry_out(draft)
        return order["id"]

    def sold(self, *prices: int, **more: Any) -> str:
        """Have an order confirmed; return its ref."""
        order_id = self.ordered(*prices, **more)
        orders.change_status(order_id, "confirm", reason="So be it")
        self.work()
        return f"order:{order_id}"

    def paid(self, *prices: int, **more: Any) -> tuple[str, str]:
        """Have an order paid; return its ref and the payment's id."""
        order_id = self.ordered(*prices, **more)
        self.work()
        due = self.buyer.post(f"/v1/order-payments/{order_id}").json
        answer = self.buyer.post(f"/v1/payments/{due['id']}/confirm", {"method": "tok_ok"})
        assert answer.json["status"] == "CAPTURED", answer.text
        self.work()
        return f"order:{order_id}", due["id"]

    def documents(self, ref: str = "", who: Any = None, **query: Any) -> list[dict[str, Any]]:
        """Return documents as somebody lists them (the buyer), the oldest first."""
        asked = {"ref": ref, **query} if ref else query
        answer = (who or self.buyer).get("/v1/invoices", query=asked)
        assert answer.status == 200, answer.text
        return answer.json["items"][::-1]

    def again(self) -> Trade:
        """Return the same seller with another buyer."""
        return replace(self, buyer=person(self.buyer, "Cleo"))

    def _offer(self, title: str, price: Money, scope: str | None) -> Offer:
        return Offer(f"thing:{uuid7()}", title, self.seller.user_id, price, scope=scope, snapshot={})


def person(client: Any, name: str) -> Any:
    return client.as_user(accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True))


def text_of(answer: Any) -> str:
    """Return what a reader of PDF finds on the pages of an answer."""
    assert answer.status == 200, answer.text
    pages = pypdf.PdfReader(io.BytesIO(answer.body), strict=True).pages
    return "\n".join(page.extract_text() for page in pages)


@pytest.fixture
def trade(app, client, work) -> Trade:
    return Trade(app, work, person(client, "Ada Lovelace"), person(client, "Ben's Chairs"))


@pytest.fixture
def pdf_text():
    return text_of

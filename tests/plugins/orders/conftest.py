"""People who buy and sell, and a stall with goods whose rules the tests write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel import Money, uuid7
from plugins.accounts import api as accounts
from plugins.orders.api import Offer

SITE = str(Path(__file__).parent / "site")


@pytest.fixture(autouse=True, scope="session")
def _installed() -> Iterator[None]:
    """Have the plugin `stall` installed, as a distribution with an entry point."""
    sys.path.insert(0, SITE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", SITE, prepend=":")  # for the processes that tests start
        yield
    sys.path.remove(SITE)


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def order(self, *refs: str, quantity: int = 1, **more: Any) -> Any:
        """Try to order things; return the answer."""
        lines = [{"ref": ref, "quantity": quantity} for ref in refs]
        return self.client.post("/v1/orders", {"lines": lines, **more})

    def ordered(self, *refs: str, quantity: int = 1) -> dict[str, Any]:
        """Order things of one seller; return the order."""
        answer = self.order(*refs, quantity=quantity)
        assert answer.status == 201, answer.text
        [made] = answer.json["orders"]
        return made

    def step(self, order: dict[str, Any], name: str, **body: Any) -> Any:
        """Try to take an order through a transition; return the answer."""
        return self.client.post(f"/v1/orders/{order['id']}/{name}", body)

    def sees(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order as this person sees it."""
        answer = self.client.get(f"/v1/orders/{order['id']}")
        assert answer.status == 200, answer.text
        return answer.json


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada", "orders_manager", scope="shop:a")`."""

    def make(name: str = "Ada", *roles: str, scope: str | None = None) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name=name, email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def stall(app) -> Iterator[Any]:
    """Return the rules of the stall; it is empty again after the test."""
    module = app.registry.plugin("stall").module
    yield module.rules
    module.forget()


@pytest.fixture
def ada(person) -> Person:
    """A buyer."""
    return person("Ada")


@pytest.fixture
def ben(person) -> Person:
    """A seller."""
    return person("Ben")


@pytest.fixture
def goods(stall) -> Callable[..., str]:
    """Put something on the stall: `goods(ben, 4900)`; return its ref."""

    def put(seller: Person, amount: int = 4900, currency: str = "USD", **more: Any) -> str:
        ref = f"thing:{uuid7()}"
        snapshot = more.pop("snapshot", {"made_of": "oak"})
        price = Money(amount, currency)
        stall.goods[ref] = Offer(ref, "Oak chair", seller.id, price, snapshot=snapshot, **more)
        return ref

    return put


@pytest.fixture
def types(app) -> Callable[[], list[str]]:
    """Return the types of the events of orders stored so far, in order."""
    return lambda: [
        wire.removeprefix("orders.order.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'orders.%%' ORDER BY position"
        )
    ]

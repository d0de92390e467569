"""A building in use, on the CondoMarket profile as shipped: a server and a worker, each a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kernel.testing.postgres import DisposablePostgres
from kernel.testing.redis import disposable_redis
from tests.journeys.residents import Market, Person


@dataclass
class House:
    """A building, who runs it and who lives there; Cleo lives in another one, Dora in none."""

    market: Market
    id: str
    root: Person
    mara: Person
    ada: Person
    ben: Person
    cleo: Person
    dora: Person
    categories: dict[str, str]

    @property
    def scope(self) -> str:
        return f"building:{self.id}"

    @property
    def path(self) -> str:
        return f"/v1/buildings/{self.id}"

    def allow(self, **switches: bool) -> None:
        """Have the building's admin change what is allowed in it."""
        self.mara.patch(f"{self.path}/settings", switches)

    def listing(self, title: str, amount: int = 4500, **more: Any) -> dict[str, Any]:
        """Return what publishes a listing in the building."""
        said = {
            "type": "PRODUCT", "title": title, "category_id": self.categories["Furniture"],
            "scope": self.scope, "price": {"amount": amount, "currency": "EUR"}, "status": "ACTIVE",
        }  # fmt: skip
        return said | more

    def offer(self, seller: Person, title: str, amount: int = 4500, **more: Any) -> dict[str, Any]:
        """Have somebody publish a listing in the building."""
        return dict(seller.post("/v1/listings", self.listing(title, amount, **more)))

    def moves_in(self, name: str) -> Person:
        """Have somebody new accept an invitation to the building."""
        newcomer = self.market.register(name)
        code = self.mara.post(f"{self.path}/invitations", {"uses": 1})["code"]
        newcomer.post("/v1/buildings/invitations/accept", {"code": code})
        return newcomer

    def order(self, buyer: Person, listing: dict[str, Any], quantity: int = 1) -> dict[str, Any]:
        """Have somebody order a listing."""
        wanted = {"lines": [{"ref": f"listing:{listing['id']}", "quantity": quantity}]}
        return dict(buyer.post("/v1/orders", wanted)["orders"][0])

    def pay(self, buyer: Person, order_id: str) -> str:
        """Have somebody pay an order; return the payment's id when the order is confirmed."""
        payment = buyer.post(f"/v1/order-payments/{order_id}")
        paid = buyer.post(f"/v1/payments/{payment['id']}/confirm", {"method": "tok_ok"})
        assert paid["status"] == "CAPTURED"
        self.reaches(buyer, order_id, "CONFIRMED")
        return str(payment["id"])

    def reaches(self, person: Person, order_id: str, status: str) -> None:
        """Wait until an order has a status."""
        self.market.until(lambda: person.get(f"/v1/orders/{order_id}")["status"] == status)


@pytest.fixture(scope="module")
def market(postgres: DisposablePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """The profile as shipped, on an empty database."""
    with postgres.database() as url, disposable_redis() as redis:
        running = Market(tmp_path_factory.mktemp("market"), url, redis.url)
        try:
            yield running.start()
        finally:
            running.stop()


def opened(market: Market) -> House:
    """Bring a building into use; how it comes to be so is told by the first tests."""
    root = market.operator("Rosa Platform")
    mara, ada, ben, cleo, dora = (
        market.register(name)
        for name in ("Mara Manager", "Ada Lindqvist", "Ben Okafor", "Cleo Elsewhere", "Dora Stranger")
    )
    said = {"name": "Attalos House", "city": "Lisbon", "country": "PT", "admin_id": mara.id}
    building = root.post("/v1/buildings", said)
    other = root.post("/v1/buildings", said | {"name": "Zenon Towers", "admin_id": cleo.id})
    assert other["id"] != building["id"]
    code = mara.post(f"/v1/buildings/{building['id']}/invitations", {"uses": 2})["code"]
    for resident in (ada, ben):
        resident.post("/v1/buildings/invitations/accept", {"code": code})
    categories = {
        name: root.post("/v1/categories", {"name": name})["id"] for name in ("Furniture", "Lessons")
    }
    return House(market, building["id"], root, mara, ada, ben, cleo, dora, categories)


@pytest.fixture(scope="module")
def founded(market: Market) -> House:
    """A building in use."""
    return opened(market)


@pytest.fixture
def house(founded: House) -> Iterator[House]:
    """The building; the sockets a test opened are closed after it."""
    yield founded
    for person in (founded.mara, founded.ada, founded.ben, founded.cleo, founded.dora):
        while person.sockets:
            person.sockets.pop().close()

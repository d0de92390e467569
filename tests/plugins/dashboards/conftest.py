"""People who buy and sell at a kiosk, in buildings or anywhere, and the figures of that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel import Money, Principal, uuid7
from plugins.accounts import api as accounts
from plugins.orders import api as orders

SITE = str(Path(__file__).parent / "site")


@pytest.fixture(autouse=True, scope="session")
def _installed() -> Iterator[None]:
    """Have the plugin `kiosk` installed, as a distribution with an entry point."""
    sys.path.insert(0, SITE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", SITE, prepend=":")  # for the processes that tests start
        yield
    sys.path.remove(SITE)


@dataclass
class Kiosk:
    """Goods, and what happens to orders of them; who calls is signed in anew each time, for clocks move."""

    app: Any
    client: Any
    module: Any

    def person(self, name: str = "Ada") -> UUID:
        return accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)

    def building(self, name: str = "Rose Court") -> UUID:
        building_id = uuid7()
        self.module.titles[f"building:{building_id}"] = name
        return building_id

    def put(self, seller: UUID, price: Money, *, title: str = "Oak chair", scope: str | None = None) -> str:
        """Offer something; return its ref."""
        ref = f"thing:{uuid7()}"
        self.module.goods[ref] = orders.Offer(ref, title, seller, price, scope=scope, snapshot={})
        return ref

    def order(self, buyer: UUID, *lines: tuple[str, int]) -> UUID:
        """Order things of one seller; return the order's id."""
        with self.app.db.atomic():
            [card] = orders.place(Principal(id=buyer, kind="user"), lines)
        return card.id

    def step(self, order_id: UUID, name: str) -> None:
        orders.change_status(order_id, name, reason="So be it")

    def sold(self, buyer: UUID, *lines: tuple[str, int]) -> UUID:
        """Order things and have them confirmed; return the order's id."""
        order_id = self.order(buyer, *lines)
        self.step(order_id, "confirm")
        return order_id

    def report(self, path: str, who: Any, days: int = 30) -> dict[str, Any]:
        answer = who.get(f"/v1/analytics/{path}", query={"days": days})
        assert answer.status == 200, answer.text
        return answer.json

    def platform(self, days: int = 30) -> dict[str, Any]:
        return self.report("platform", self.client.as_admin(), days)

    def seller(self, seller_id: UUID, days: int = 30) -> dict[str, Any]:
        return self.report("seller", self.client.as_user(seller_id), days)

    def of_building(self, building_id: UUID, days: int = 30) -> dict[str, Any]:
        return self.report(f"building/{building_id}", self.client.as_admin(), days)


@pytest.fixture
def kiosk(app, client) -> Iterator[Kiosk]:
    module = app.registry.plugin("kiosk").module
    yield Kiosk(app, client, module)
    module.goods.clear()
    module.titles.clear()


@pytest.fixture
def sums() -> Callable[..., dict[str, int]]:
    """Return what came in in a currency, as a report says: `sums(report)`, `sums(report, "ever", "JPY")`."""

    def read(report: dict[str, Any], which: str = "period", currency: str = "USD") -> dict[str, int]:
        found = {one["currency"]: one for one in report["revenue"]}
        return found[currency][which] if currency in found else {}

    return read

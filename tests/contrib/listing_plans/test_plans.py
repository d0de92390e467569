"""What plans do to listings: limits, excess and priority, over HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel import app, uuid7
from kernel.testing import race
from plugins.accounts import api as accounts
from plugins.categories import services as categories

pytestmark = pytest.mark.plugins("listing_plans")


@dataclass
class Seller:
    """Somebody who offers chairs."""

    id: UUID
    anonymous: Any
    category_id: UUID

    @property
    def client(self) -> Any:
        return self.anonymous.as_user(self.id)

    def offer(self, **more: Any) -> Any:
        price = {"amount": 4900, "currency": "USD"}
        body = {"type": "PRODUCT", "title": "Oak chair", "price": price, "status": "ACTIVE"}
        return self.client.post("/v1/listings", {**body, "category_id": str(self.category_id), **more})

    def shown(self) -> list[str]:
        """Return what everybody sees of this seller, the newest first."""
        query = {"seller": str(self.id), "limit": 100}
        return [each["id"] for each in self.anonymous.get("/v1/listings", query=query).json["items"]]

    def subscribe(self, plan: str) -> dict[str, Any]:
        answer = self.client.post("/v1/subscriptions", {"plan": plan})
        assert answer.status == 201, answer.text
        return answer.json


@pytest.fixture
def seller(client):
    chairs = uuid7()
    fields = {"name": "Chairs", "slug": "chairs", "parent_id": None, "attributes": []}
    categories.create(None, fields, id=chairs)

    def make() -> Seller:
        email = f"{uuid7().hex}@example.com"
        return Seller(accounts.create_user(name="Ada", email=email, verified=True), client, chairs)

    return make


def test_of_fifty_publications_at_once_the_plans_five_are_on_the_list(seller):
    ada = seller()
    drafts = [ada.offer(status="DRAFT").json["id"] for _ in range(50)]
    client = ada.client

    def publish(listing_id):
        try:
            return client.post(f"/v1/listings/{listing_id}/publish")
        finally:
            app.db.release()

    answers = [
        each
        for start in range(0, 50, 10)
        for each in race(*[lambda one=one: publish(one) for one in drafts[start : start + 10]])
    ]

    assert Counter(each.status for each in answers) == {200: 5, 403: 45}
    refused = next(each for each in answers if each.status == 403)
    assert (refused.problem, refused.json["limit"], refused.json["upgrade"]) == (
        "limit-reached",
        5,
        "STANDARD",
    )
    assert len(ada.shown()) == 5


def test_who_takes_one_off_the_list_publishes_another(seller):
    ada = seller()
    first, *_ = [ada.offer().json["id"] for _ in range(5)]

    refused = ada.offer()
    ada.client.post(f"/v1/listings/{first}/deactivate")
    welcome = ada.offer()
    back = ada.client.post(f"/v1/listings/{first}/reactivate")

    assert (refused.status, welcome.status, back.status) == (403, 201, 403)
    usage = ada.client.get("/v1/subscriptions/current").json["usage"]
    assert [(each["meter"], each["used"], each["limit"]) for each in usage] == [("listings", 5, 5)]


def test_when_a_plan_ends_the_newest_are_held_back_and_come_as_others_go(seller, clock, work):
    ada = seller()
    made = ada.subscribe("STANDARD")
    offered = []
    for _ in range(8):
        offered.append(ada.offer().json["id"])
        clock.advance(timedelta(seconds=1))

    ada.client.post(f"/v1/subscriptions/{made['id']}/cancel", {"at_once": True})
    after_end = ada.shown()
    ada.client.post(f"/v1/listings/{offered[0]}/deactivate")
    work()

    assert after_end == offered[4::-1]
    assert ada.shown() == offered[5:0:-1]
    held = ada.client.get(f"/v1/listings/{offered[7]}").json
    assert (held["status"], held["withheld"]) == ("ACTIVE", ["listing_plans"])


def test_a_better_plan_brings_everything_back(seller, clock, work):
    ada = seller()
    made = ada.subscribe("PREMIUM")
    offered = [ada.offer().json["id"] for _ in range(25)]

    less = ada.client.patch(f"/v1/subscriptions/{made['id']}", {"plan": "STANDARD"})
    fewer = len(ada.shown())
    more = ada.client.patch(f"/v1/subscriptions/{made['id']}", {"plan": "PREMIUM"})

    assert (less.status, fewer, more.status) == (200, 20, 200)
    assert sorted(ada.shown()) == sorted(offered)


def test_priority_comes_first_in_the_search_and_goes_with_the_plan(seller, client, work):
    owners = {}
    for _ in range(2):
        one = seller()
        owners[one.offer().json["id"]] = one

    def found():
        work()
        hits = client.get("/v1/search", query={"q": "oak chair"}).json["items"]
        return [each["id"] for each in hits]

    before = found()
    last = owners[before[-1]]
    made = last.subscribe("PREMIUM")
    lifted = found()
    last.client.post(f"/v1/subscriptions/{made['id']}/cancel", {"at_once": True})

    assert sorted(before) == sorted(owners)
    assert (lifted, found()) == (before[::-1], before)


@pytest.mark.plugins("listing_plans", "orders")
def test_what_a_cancelled_order_gives_back_is_not_refused(seller, work):
    ada, ben = seller(), seller()
    sold = ada.offer(quantity=1).json["id"]
    [order] = ben.client.post("/v1/orders", {"lines": [{"ref": f"listing:{sold}"}]}).json["orders"]
    for _ in range(5):
        assert ada.offer().status == 201

    cancelled = ben.client.post(f"/v1/orders/{order['id']}/cancel", {"reason": "Bought by mistake"})
    work()

    assert cancelled.status == 200
    assert len(ada.shown()) == 5
    assert sold in ada.shown()

"""Orders are reviewed: how the plugins meet, as the product has them."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel import Money
from plugins.orders.api import Offer
from plugins.reviews.services import reputation

pytestmark = pytest.mark.plugins("deals", "orders")


@pytest.fixture
def order(app, ada, ben):
    """Place an order of Ada's with Ben; return its id."""
    deals = app.registry.plugin("deals").module.deals
    deals["thing:1"] = Offer("thing:1", "Oak chair", ben.id, Money(4900, "USD"))
    answer = ada.client.post("/v1/orders", {"lines": [{"ref": "thing:1"}]})
    assert answer.status == 201, answer.text
    yield answer.json["orders"][0]["id"]
    deals.clear()


@pytest.fixture
def completed(ada, ben, order):
    """Take the order through to its end; return its id."""
    assert ben.client.post(f"/v1/orders/{order}/confirm", {}).status == 200
    assert ada.client.post(f"/v1/orders/{order}/complete", {}).status == 200
    return order


def test_a_completed_order_is_reviewed_by_its_parties(ada, ben, person, completed):
    made = ada.reviewed(f"order:{completed}", 4)

    assert (made["title"], made["about"], made["role"]) == ("Oak chair", ["thing:1"], "seller")
    assert ben.reviewed(f"order:{completed}")["role"] == "buyer"
    assert person("Eve").review(f"order:{completed}").status == 422


def test_an_order_on_its_way_is_not_reviewed(ada, order):
    answer = ada.review(f"order:{order}")

    assert (answer.status, answer.problem) == (409, "transaction-open")


def test_one_order_written_in_two_ways_is_reviewed_once(ada, completed):
    ada.reviewed(f"order:{completed}")

    again = ada.review(f"order:{completed.upper()}")

    assert (again.status, again.problem) == (409, "review-exists")


@pytest.mark.parametrize(
    "ref",
    ["order:x", f"order:{UUID(int=1)}", f"listing:{UUID(int=1)}"],
)
def test_what_is_no_order_is_no_transaction(ada, ref):
    assert list(ada.review(ref).faults) == ["/ref"]


def test_people_of_the_demo_reviewed_each_other_and_it_loads_twice(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    for name in ("accounts", "orders", "reviews", "reviews"):
        hooks[name](app=app, progress=lambda done, total: None)

    reviews = client.as_admin().get("/v1/reviews", query={"limit": 100}).json["items"]
    ranked = client.get("/v1/reputation", query={"limit": 100}).json["items"]

    assert len({(each["ref"], each["role"]) for each in reviews}) == len(reviews) > 30
    assert {each["rating"] for each in reviews} == {2, 3, 4, 5}
    assert len(ranked) > 10
    assert reputation.differing() == []

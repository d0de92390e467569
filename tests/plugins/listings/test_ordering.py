"""Listings as what is ordered: offers, stock under races, snapshots that outlive the listing."""

from __future__ import annotations

from collections import Counter
from random import Random
from uuid import UUID

import pytest

from kernel import uuid7
from kernel.testing import race
from plugins.listings import api, ordering
from plugins.orders import api as orders

PLUGINS = ("listings", "orders")


@pytest.fixture
def served(app, applications, wanted_plugins, wanted_settings):
    """Return a real server on the application's database."""
    return applications.serving(app, wanted_plugins, wanted_settings)


def ref(listing):
    return f"listing:{listing['id']}"


def order(buyer, *listings, quantity=1):
    lines = [{"ref": ref(each), "quantity": quantity} for each in listings]
    return buyer.post("/v1/orders", {"lines": lines})


def left(listing):
    return api.card(UUID(listing["id"])).quantity


def status(listing):
    return api.card(UUID(listing["id"])).status


def test_an_order_takes_its_pieces_and_the_last_one_sells_the_listing(ada, client, types):
    chair = ada.offer(quantity=3)
    buyer = client.as_user()

    first = order(buyer, chair, quantity=2)
    too_many = order(buyer, chair, quantity=2)
    last = order(buyer, chair)
    none = order(buyer, chair)

    assert [each.status for each in (first, too_many, last, none)] == [201, 409, 201, 409]
    assert too_many.problem == none.problem == "out-of-stock"
    assert "1 left" in too_many.faults["/lines/0/quantity"]
    assert (left(chair), status(chair)) == (0, "SOLD")
    assert types()[-1] == "sold"
    assert client.get("/v1/listings").json["items"] == []
    assert client.get("/v1/listings", query={"q": "oak"}).json["items"] == []


def test_an_order_that_leaves_pieces_drops_no_page_and_the_listing_itself_tells_them_at_once(ada, client):
    chair = ada.offer(quantity=3)
    before = client.get("/v1/listings").json

    order(client.as_user(), chair)

    assert client.get("/v1/listings").json == before
    assert client.get(f"/v1/listings/{chair['id']}").json["quantity"] == 2


def test_no_seller_keeps_a_buyer_from_cancelling_by_counting_too_high(ada, client):
    chair = ada.offer(quantity=3)
    buyer = client.as_user()
    made = order(buyer, chair, quantity=2).json["orders"][0]

    counted = ada.client.patch(f"/v1/listings/{chair['id']}", {"quantity": 2**31 - 1})
    cancelled = buyer.post(f"/v1/orders/{made['id']}/cancel", {"reason": "Second thoughts"})

    assert counted.status == 200
    assert (cancelled.status, cancelled.json["status"]) == (200, "CANCELLED")
    assert left(chair) == 2**31 - 1


def test_a_cancelled_order_puts_back_what_it_took(ada, client, types):
    chair = ada.offer(quantity=2)
    buyer = client.as_user()
    [made] = order(buyer, chair, quantity=2).json["orders"]

    for name, who in (("confirm", ada.client), ("cancel", buyer)):
        assert who.post(f"/v1/orders/{made['id']}/{name}", {"reason": "No room for it"}).status == 200

    assert (left(chair), status(chair)) == (2, "ACTIVE")
    assert types()[-2:] == ["sold", "published"]
    assert [each["id"] for each in client.get("/v1/listings").json["items"]] == [chair["id"]]
    assert order(buyer, chair, quantity=2).status == 201


def test_what_its_seller_sold_otherwise_stays_sold(ada, client):
    chair = ada.offer(quantity=2)
    [made] = order(client.as_user(), chair).json["orders"]
    ada.client.post(f"/v1/listings/{chair['id']}/sell")

    ada.client.post(f"/v1/orders/{made['id']}/cancel", {"reason": "Sold elsewhere"})

    assert (left(chair), status(chair)) == (2, "SOLD")
    assert order(client.as_user(), chair).status == 422


def test_what_is_not_counted_can_be_ordered_again_and_again(ada, client):
    lessons = ada.offer(type="SERVICE", title="Piano lessons")

    answers = [order(client.as_user(), lessons, quantity=7) for _ in range(2)]

    assert [each.status for each in answers] == [201, 201]
    assert (left(lessons), status(lessons)) == (None, "ACTIVE")


def test_what_a_buyer_may_not_see_is_no_thing_to_order(seller, client, chairs):
    priced = {"category_id": str(chairs), "price": {"amount": 100, "currency": "USD"}}
    eve = seller("Eve", "listings_member", scope="shop:a")
    here = eve.offer(scope="shop:a", **priced)
    draft = eve.client.post("/v1/listings", {"type": "PRODUCT", "title": "Chair"}).json
    gone, off = eve.offer(**priced), eve.offer(**priced)
    eve.client.delete(f"/v1/listings/{gone['id']}")
    eve.client.post(f"/v1/listings/{off['id']}/deactivate")
    withheld = eve.offer(**priced)
    api.withhold(UUID(withheld["id"]), "moderation")
    member = client.as_user(None, "listings_member", scope="shop:a")

    refused = [order(client.as_user(), each) for each in (here, draft, gone, off, withheld)]
    unknown = client.as_user().post("/v1/orders", {"lines": [{"ref": f"listing:{uuid7()}"}]})
    taken = order(member, here)

    assert [list(each.faults) for each in (*refused, unknown)] == [["/lines/0/ref"]] * 6
    assert len({each.faults["/lines/0/ref"] for each in (*refused, unknown)}) == 1
    assert (taken.status, taken.json["orders"][0]["scope"]) == (201, "shop:a")


@pytest.mark.parametrize("text", ["", "1", "0" * 32, "{UPPER}", "x\x00"])
def test_a_ref_that_is_no_id_is_nobodys(ada, client, text):
    chair = ada.offer()

    found = ordering.resolve([f"listing:{text.replace('{UPPER}', chair['id'].upper())}", "order:1"], None)

    assert found == {}


@pytest.mark.plugins("listings", "orders", "blocking")
def test_who_blocks_each_other_orders_nothing_of_each_other(ada, seller):
    chair, buyer = ada.offer(), seller("Bob")
    assert ada.client.post("/v1/blocks", {"user_id": str(buyer.id)}).status == 201

    assert list(order(buyer.client, chair).faults) == ["/lines/0/ref"]


def test_an_order_stays_byte_for_byte_what_it_was_whatever_becomes_of_the_listing(ada, client, picture):
    chair = ada.offer(quantity=5, media_ids=[str(picture(ada.id))], description="Oak, oiled, 45 cm")
    buyer = client.as_user()
    [made] = order(buyer, chair, quantity=2).json["orders"]
    path, listing = f"/v1/orders/{made['id']}", f"/v1/listings/{chair['id']}"
    before = [who.get(path).body for who in (buyer, ada.client)]

    renamed = ada.client.patch(listing, {"title": "Pine stool", "description": "Pine", "media_ids": []})
    repriced = ada.client.patch(listing, {"price": {"amount": 1, "currency": "EUR"}, "quantity": 1})
    deleted = ada.client.delete(listing)

    assert [each.status for each in (renamed, repriced, deleted)] == [200, 200, 204]
    assert [who.get(path).body for who in (buyer, ada.client)] == before
    snapshot = buyer.get(path).json["lines"][0]["snapshot"]
    assert (snapshot["title"], snapshot["description"]) == ("Oak chair", "Oak, oiled, 45 cm")
    assert snapshot["price"] == {"amount": 4900, "currency": "USD"}
    assert buyer.post(f"{path}/cancel", {"reason": "It is gone"}).json["status"] == "CANCELLED"


def test_two_hundred_buyers_of_ten_pieces_leave_exactly_ten_orders(app, ada, client, served, types):
    chair = ada.offer(quantity=10)
    tokens = [client.as_user().headers["authorization"].removeprefix("Bearer ") for _ in range(200)]
    body = {"lines": [{"ref": ref(chair)}]}

    answers = race(
        *(lambda it=token: served.post("/v1/orders", body, token=it, timeout=120) for token in tokens)
    )

    assert Counter(each.status for each in answers) == {201: 10, 409: 190}
    assert {each.problem for each in answers if each.status == 409} == {"out-of-stock"}
    assert (left(chair), status(chair)) == (0, "SOLD")
    assert app.db.rows("SELECT count(*), sum(quantity) FROM orders_line") == [(10, 10)]
    assert types().count("sold") == 1


def test_buyers_of_the_same_things_in_opposite_orders_do_not_wait_in_a_circle(app, ada, seller, client):
    chance = Random(4)
    eve = seller("Eve")
    things = [ada.offer(quantity=100) for _ in range(4)]
    for each in things[:2]:
        price = {"category_id": each["category_id"], "price": each["price"]}
        things.append(eve.offer(quantity=100, **price))
    buyers = [client.as_user() for _ in range(8)]

    def buy(buyer, number):
        mixed = chance.sample(things, len(things))
        [*made] = order(buyer, *mixed).json["orders"]
        if number % 2:
            assert buyer.post(f"/v1/orders/{made[0]['id']}/cancel", {"reason": "Too many"}).status == 200
        return len(made)

    outcomes = race(*(lambda who=who, n=n: buy(who, n) for n in range(3) for who in buyers))

    assert outcomes == [2] * 24
    taken = dict(
        app.db.rows(
            "SELECT l.ref, sum(l.quantity)::integer"
            " FROM orders_line l JOIN orders_order o ON o.id = l.order_id"
            " WHERE o.status <> 'CANCELLED' GROUP BY l.ref"
        )
    )
    assert {ref(each): 100 - left(each) for each in things} == {
        ref(each): taken.get(ref(each), 0) for each in things
    }


def test_the_last_piece_goes_to_one_of_a_buyer_and_its_seller(app, ada, client):
    for _ in range(4):
        chair, buyer = ada.offer(quantity=1), client.as_user()
        path = f"/v1/listings/{chair['id']}/sell"

        answers = race(lambda it=chair, who=buyer: order(who, it), lambda it=path: ada.client.post(it))

        assert sorted(each.status for each in answers) in ([200, 409], [200, 422], [201, 409]), answers
        placed = orders.orders_of(buyer.user_id, "buyer")
        assert len(placed) == (left(chair) == 0)

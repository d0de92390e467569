"""Offering in a building: who may, when, and who sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from plugins.categories import services as categories

ROLES = {
    "resident": ["+listings:browse", "+categories:read"],
    "building_admin": ["+listings:browse", "+listings:moderate", "+categories:read", "+categories:manage"],
}
pytestmark = [pytest.mark.plugins("buildings", "listings"), pytest.mark.settings(auth={"roles": ROLES})]
URL = "/v1/listings"


@pytest.fixture
def chairs(app):
    return categories.create(None, {"name": "Chairs", "slug": "chairs", "parent_id": None, "attributes": []})


@pytest.fixture
def offer(chairs):
    def make(who, house, **more):
        body = {
            "type": "PRODUCT", "title": "Oak chair", "status": "ACTIVE", "scope": house.scope,
            "category_id": str(chairs), "price": {"amount": 4900, "currency": "USD"}, **more,
        }  # fmt: skip
        return who.client.post(URL, body)

    return make


def titles(who, **query):
    return [each["title"] for each in who.client.get(URL, query=query).json["items"]]


def test_what_is_offered_in_a_building_is_for_its_members(attalos, house, person, offer, client):
    ada, ben, eve = attalos.take_in(person()), attalos.take_in(person("Ben")), person("Eve")
    neighbour = house("Zenon").take_in(person("Zoe"))

    made = offer(ada, attalos)

    item = f"{URL}/{made.json['id']}"
    assert made.status == 201
    assert titles(ben) == titles(attalos.admin) == ["Oak chair"]
    assert titles(eve) == titles(neighbour) == titles(neighbour, scope=attalos.scope) == []
    assert [who.client.get(item).status for who in (ben, attalos.admin, eve, neighbour)] == [
        200,
        200,
        404,
        404,
    ]
    assert client.get(item).status == 404
    assert offer(eve, attalos).status == 422


def test_a_member_who_is_removed_sees_nothing_from_the_answer_on(attalos, person, offer):
    ada, ben = attalos.take_in(person()), attalos.take_in(person("Ben"))
    made = offer(ada, attalos).json
    before = titles(ben)

    attalos.admin.client.delete(f"{attalos.url}/members/{ben.id}")

    assert (before, titles(ben)) == (["Oak chair"], [])
    assert ben.client.get(f"{URL}/{made['id']}").status == 404
    assert titles(ben, q="oak") == []


def test_a_closed_market_hides_what_was_offered_and_refuses_more_at_once(
    attalos, person, offer, client, work
):
    ada, ben, platform = attalos.take_in(person()), attalos.take_in(person("Ben")), client.as_admin()
    made = offer(ada, attalos).json
    work()
    listed = [titles(ben), titles(ben, q="oak"), titles(ben, scope=attalos.scope)]

    attalos.allow(marketplace=False)
    hidden = [titles(ben), titles(ben, q="oak"), titles(ben, scope=attalos.scope)]
    over_all = platform.get(URL, query={"scope": attalos.scope}).json["items"]
    refused, draft = offer(ada, attalos), offer(ada, attalos, status="DRAFT")
    page = [who.client.get(f"{URL}/{made['id']}").status for who in (ada, ben)]
    found = ben.client.get("/v1/search", query={"q": "oak"}).json["items"]
    attalos.allow(marketplace=True)

    assert listed == [["Oak chair"]] * 3
    assert hidden == [[]] * 3
    assert over_all == []
    assert (refused.status, refused.problem, draft.status) == (409, "marketplace-closed", 201)
    assert (page, found) == ([200, 404], [])
    assert titles(ben) == ["Oak chair"]


def test_a_closed_market_leaves_others_open(attalos, house, person, offer):
    zenon = house("Zenon")
    ada = zenon.take_in(attalos.take_in(person()))
    offer(ada, attalos, title="Here")
    offer(ada, zenon, title="There")

    attalos.allow(marketplace=False)

    assert titles(ada) == ["There"]


def test_where_verification_is_required_the_unverified_offer_nothing(attalos, person, offer):
    ada = attalos.take_in(person())
    attalos.allow(verification_required=True)

    refused = offer(ada, attalos)
    attalos.admin.client.patch(f"{attalos.url}/members/{ada.id}", {"verified": True})

    assert (refused.status, refused.problem) == (403, "verification-required")
    assert offer(ada, attalos).status == 201


def test_a_platform_administrator_who_lives_elsewhere_offers_nothing_there(attalos, client, offer, person):
    admin = person("Ola", "admin")

    refused = offer(admin, attalos)

    assert (refused.status, refused.problem) == (403, "not-a-member")


def test_a_buildings_admin_moderates_there_only(attalos, house, person, offer):
    ada, zenon = attalos.take_in(person()), house("Zenon")
    made = offer(ada, attalos).json

    foreign = zenon.admin.client.post(f"{URL}/{made['id']}/withhold", {})
    own = attalos.admin.client.post(f"{URL}/{made['id']}/withhold", {"note": "Counterfeit"})

    assert (foreign.status, own.status) == (404, 200)


@pytest.mark.plugins("buildings", "listings", "orders")
def test_an_order_in_a_building_takes_an_open_market_and_a_verified_member(attalos, person, offer, app):
    ada, ben = attalos.take_in(person()), attalos.take_in(person("Ben"))
    line = {"lines": [{"ref": f"listing:{offer(ada, attalos, quantity=5).json['id']}"}]}

    def order(who):
        return who.client.post("/v1/orders", line, headers={"idempotency-key": str(uuid7())})

    placed = order(ben).status
    attalos.allow(verification_required=True)
    unverified = order(ben)
    attalos.allow(verification_required=False, marketplace=False)
    closed = order(ben)
    attalos.allow(marketplace=True)

    assert (placed, order(ben).status) == (201, 201)
    assert (unverified.status, unverified.problem) == (403, "verification-required")
    assert (closed.status, closed.problem) == (409, "marketplace-closed")
    assert order(person("Eve")).status == 422
    assert app.db.rows("SELECT count(*) FROM orders_order") == [(2,)]


@pytest.mark.plugins("buildings", "listings", "bookings")
def test_a_booking_in_a_building_takes_an_open_market_and_a_verified_member(attalos, person, offer, app):
    ada, ben = attalos.take_in(person()), attalos.take_in(person("Ben"))
    ref = f"listing:{offer(ada, attalos, type='SERVICE').json['id']}"
    hours = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
    bookable = {"ref": ref, "timezone": "UTC", "duration": 60, "hours": hours}
    assert ada.client.post("/v1/bookings/resources", bookable).status == 201
    day = (app.clock.now() + timedelta(days=3)).date().isoformat()

    def book(who, hour):
        return who.client.post("/v1/bookings", {"ref": ref, "starts_at": f"{day}T{hour:02}:00:00Z"})

    placed = book(ben, 9).status
    attalos.allow(verification_required=True)
    unverified = book(ben, 11)
    attalos.allow(verification_required=False, marketplace=False)
    closed = book(ben, 13)
    attalos.allow(marketplace=True)

    assert (placed, book(ben, 15).status) == (201, 201)
    assert (unverified.status, unverified.problem) == (403, "verification-required")
    assert closed.status == 409
    assert book(person("Eve"), 17).status == 404
    assert app.db.rows("SELECT count(*) FROM bookings_booking") == [(2,)]


@pytest.mark.plugins("buildings", "listings", "orders")
def test_a_closed_market_does_not_keep_anybody_from_cancelling_an_order(attalos, person, offer):
    ada, ben = attalos.take_in(person()), attalos.take_in(person("Ben"))
    made = offer(ada, attalos, quantity=1).json
    placed = ben.client.post("/v1/orders", {"lines": [{"ref": f"listing:{made['id']}"}]})
    attalos.allow(marketplace=False)

    [order] = placed.json["orders"]
    cancelled = ben.client.post(f"/v1/orders/{order['id']}/cancel", {"reason": "Bought by mistake"})

    assert cancelled.status == 200
    assert ada.client.get(f"{URL}/{made['id']}").json["status"] == "ACTIVE"


def test_what_somebody_offers_goes_with_them_and_comes_back_with_them(attalos, person, offer, work):
    ada, ben = attalos.take_in(person("Ada")), attalos.take_in(person("Ben"))
    path = f"/v1/listings/{offer(ada, attalos).json['id']}"
    before = ben.client.get(path).status

    attalos.admin.client.delete(f"{attalos.url}/members/{ada.id}")
    work()
    gone = (ben.client.get(path), ben.client.get("/v1/listings", query={"scope": attalos.scope}))
    attalos.take_in(ada)
    work()

    assert (before, gone[0].status, gone[1].json["items"]) == (200, 404, [])
    assert ben.client.get(path).status == 200

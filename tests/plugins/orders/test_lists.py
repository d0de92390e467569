"""Lists of orders: as buyer and as seller, filters, pages; history; personal data; the demo."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from plugins.orders import api

PLUGINS = ("stall",)


def listed(person, **query):
    page = person.client.get("/v1/orders", query=query).json
    return [each["id"] for each in page["items"]]


def test_one_sees_what_one_bought_and_what_one_sold_apart(ada, ben, person, goods):
    bought, sold = ada.ordered(goods(ben)), ben.ordered(goods(ada))

    assert (listed(ada), listed(ada, **{"as": "seller"})) == ([bought["id"]], [sold["id"]])
    assert (listed(ben), listed(ben, **{"as": "seller"})) == ([sold["id"]], [bought["id"]])
    assert listed(person("Eve")) == []


def test_filters_narrow_and_pages_follow_each_other(clock, ada, ben, goods):
    orders = [ada.ordered(goods(ben)) for _ in range(5)]
    ben.step(orders[2], "confirm")
    newest = [each["id"] for each in reversed(orders)]

    first = ada.client.get("/v1/orders", query={"limit": 2}).json
    ada.ordered(goods(ben))
    second = ada.client.get("/v1/orders", query={"limit": 2, "cursor": first["next"]}).json
    third = ada.client.get("/v1/orders", query={"limit": 2, "cursor": second["next"]}).json

    pages = (first, second, third)
    assert [each["id"] for page in pages for each in page["items"]] == newest
    assert third["next"] is None
    assert listed(ada, status="CONFIRMED") == [orders[2]["id"]]
    assert listed(ada, status="NONE") == []
    assert listed(ada, number=orders[1]["number"]) == [orders[1]["id"]]
    assert listed(ada, checkout=orders[3]["checkout_id"]) == [orders[3]["id"]]
    assert listed(ada, placed_after=(clock.now() + timedelta(hours=1)).isoformat()) == []
    assert len(listed(ada, placed_before=(clock.now() + timedelta(hours=1)).isoformat())) == 6
    assert listed(ada, scope="shop:a") == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"as": "thief"}, "as"),
        ({"status": "pending"}, "status"),
        ({"scope": "here"}, "scope"),
        ({"number": "\x00"}, "number"),
        ({"checkout": "1"}, "checkout"),
        ({"cursor": "x"}, "cursor"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_a_filter_that_means_nothing_is_named(ada, query, parameter):
    answer = ada.client.get("/v1/orders", query=query)

    assert answer.status in {400, 422}
    assert [each["parameter"] for each in answer.json["errors"]] == [parameter]


def test_an_unknown_order_is_not_found(ada):
    for path in (f"/v1/orders/{uuid4()}", f"/v1/orders/{uuid4()}/history"):
        assert ada.client.get(path).status == 404


def test_what_is_stored_of_a_person_is_handed_over(app, ada, ben, goods):
    order = ada.ordered(goods(ben))
    ada.step(order, "cancel", reason="Bought by mistake")
    export = dict(app.hooks.implementations("export_personal_data"))["orders"]

    of_ada, of_ben = (export(app=app, user_id=each.id) for each in (ada, ben))

    assert [each["number"] for each in of_ada["bought"]] == [order["number"]]
    assert [each["reason"] for each in of_ada["steps"]] == ["", "Bought by mistake"]
    assert (of_ben["bought"], [each["number"] for each in of_ben["sold"]]) == ([], [order["number"]])


def test_who_leaves_takes_their_words_along_and_what_they_left_open_is_cancelled(app, ada, ben, goods, stall):
    answer = ada.order(goods(ben), note="Ring at Ada's")
    [open_one] = answer.json["orders"]
    done = ada.ordered(goods(ben))
    ben.step(done, "confirm")
    ada.step(done, "cancel", reason="I am moving")
    erase = dict(app.hooks.implementations("erase_personal_data"))["orders"]

    for _ in range(2):
        with app.db.atomic():
            erase(app=app, user_id=ada.id)

    assert api.order(UUID(open_one["id"])).status == "CANCELLED"
    assert ben.sees(open_one)["note"] == ""
    history = ben.client.get(f"/v1/orders/{done['id']}/history").json["items"]
    assert [each["reason"] for each in history] == ["", "", ""]
    assert sum(call[0] == "release" for call in stall.seen) == 2


def test_the_demo_has_orders_of_every_status_and_loads_twice(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    hooks["accounts"](app=app, progress=lambda done, total: None)
    steps = []

    for _ in range(2):
        hooks["orders"](app=app, progress=lambda done, total: steps.append((done, total)))

    assert steps[-1] == (80, 80)
    seen = client.as_admin().get("/v1/orders", query={"as": "operator", "limit": 100}).json["items"]
    assert len(seen) == 80
    assert {each["status"] for each in seen} == {"PENDING", "CONFIRMED", "COMPLETED", "CANCELLED"}
    assert all(each["lines"] for each in seen)

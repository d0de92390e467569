"""From refs to orders: the stages of the pipeline, and what each may refuse."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import Forbidden, Money, StoaError, uuid7
from kernel.storage import count_statements
from kernel.testing import race
from plugins.orders import api, numbers
from plugins.orders.api import Adjustment, Commission, PaymentDemand
from plugins.orders.problems import OutOfStock
from plugins.orders.services import placement

PLUGINS = ("stall",)
USD = "USD"


def usd(amount):
    return {"amount": amount, "currency": USD}


def count(app):
    return app.db.rows("SELECT count(*) FROM orders_order")[0][0]


def test_what_is_ordered_is_pending_and_both_parties_see_it(ada, ben, goods, types):
    answer = ada.order(goods(ben), quantity=2, note="Please wrap it")

    assert answer.status == 201
    [order] = answer.json["orders"]
    assert answer.headers["location"] == f"/v1/orders/{order['id']}"
    assert (order["status"], order["total"], order["note"]) == ("PENDING", usd(9800), "Please wrap it")
    assert order["allowed"] == ["cancel"]
    assert ada.sees(order) == order
    assert ben.sees(order)["allowed"] == ["confirm", "cancel"]
    assert types() == ["placed"]


def test_one_checkout_makes_one_order_for_each_seller(ada, ben, person, goods):
    eve = person("Eve")
    refs = [goods(ben, 100), goods(eve, 200), goods(ben, 300)]

    answer = ada.order(*refs)

    assert answer.status == 201
    assert answer.json["total"] == usd(600)
    assert answer.headers["location"] == f"/v1/orders?checkout={answer.json['checkout_id']}"
    by_seller = {each["seller_id"]: each for each in answer.json["orders"]}
    assert [line["ref"] for line in by_seller[str(ben.id)]["lines"]] == [refs[0], refs[2]]
    assert [line["position"] for line in by_seller[str(ben.id)]["lines"]] == [0, 2]
    assert by_seller[str(eve.id)]["total"] == usd(200)
    listed = ada.client.get(answer.headers["location"]).json["items"]
    assert {each["id"] for each in listed} == {each["id"] for each in answer.json["orders"]}


def test_a_discount_of_the_checkout_is_split_by_largest_remainder(ada, ben, person, goods, stall):
    sellers = [ben, person("Eve"), person("Kim")]
    refs = [goods(each, 333) for each in sellers]
    stall.adjustments = [Adjustment("discount", "Spring", Money(-100, USD))]

    orders = ada.order(*refs).json["orders"]

    assert sorted(each["adjustments"][0]["amount"]["amount"] for each in orders) == [-34, -33, -33]
    assert sum(each["total"]["amount"] for each in orders) == 899
    assert all(each["total"]["amount"] == 333 + each["adjustments"][0]["amount"]["amount"] for each in orders)


def test_an_adjustment_is_borne_by_the_seller_or_the_line_it_names(ada, ben, person, goods, stall):
    eve = person("Eve")
    refs = [goods(ben, 1000), goods(eve, 1000)]
    stall.adjustments = [
        Adjustment("shipping", "Parcel", Money(500, USD), seller_id=eve.id),
        Adjustment("tax", "VAT", Money(190, USD), line=0),
    ]

    orders = {each["seller_id"]: each for each in ada.order(*refs).json["orders"]}

    assert orders[str(ben.id)]["total"] == usd(1190)
    assert orders[str(ben.id)]["adjustments"] == [
        {"kind": "tax", "label": "VAT", "line": 0, "amount": usd(190)}
    ]
    assert orders[str(eve.id)]["total"] == usd(1500)


def test_what_is_given_away_can_be_ordered_and_discounts_do_not_pay_out(app, ada, ben, goods, stall):
    free = goods(ben, 0)

    given = ada.ordered(free)
    stall.adjustments = [Adjustment("discount", "Too much", Money(-1, USD))]
    refused = ada.order(free)

    assert given["total"] == usd(0)
    assert (refused.status, refused.problem) == (409, "order-total")
    assert count(app) == 1


def test_commission_is_frozen_per_line_and_not_shown_to_the_buyer(ada, ben, goods, stall):
    refs = [goods(ben, 10_000), goods(ben, 500)]
    stall.commissions = [Commission(0, 250, Money(250, USD), "category: chairs")]

    order = ada.order(*refs).json["orders"][0]

    seen = ben.sees(order)
    assert seen["commission"] == usd(250)
    assert seen["lines"][0]["commission"] == {
        "rate_bp": 250,
        "amount": usd(250),
        "rule": "category: chairs",
    }
    assert seen["lines"][1]["commission"]["amount"] == usd(0)
    assert order["commission"] is None
    assert [line["commission"] for line in order["lines"]] == [None, None]
    card = api.order(UUID(order["id"]))
    assert (card.commission, card.lines[0].commission_rate_bp) == (Money(250, USD), 250)


def test_a_guard_may_refuse_and_nothing_is_left(app, ada, ben, goods, stall, types):
    ref = goods(ben)

    def refuse(draft):
        raise Forbidden(f"Not in this building, and not {draft.lines[0].offer.title}.")

    stall.guard = refuse

    answer = ada.order(ref)

    assert answer.status == 403
    assert "Oak chair" in answer.json["detail"]
    assert (count(app), types(), stall.seen) == (0, [], [])


def test_stock_that_cannot_be_had_undoes_the_whole_checkout(app, ada, ben, person, goods, stall, types):
    refs = [goods(ben), goods(person("Eve"))]
    stall.refusal = OutOfStock("None left.")

    answer = ada.order(*refs, quantity=3)

    assert (answer.status, answer.problem) == (409, "out-of-stock")
    assert stall.seen == [("reserve", f"{refs[0]}*3", f"{refs[1]}*3")]
    assert (count(app), types()) == (0, [])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": [{"quantity": 1}]}, "/lines/0/ref"),
        ({"lines": [{"ref": "chair"}]}, "/lines/0/ref"),
        ({"lines": [{"ref": "thing:x\x00"}]}, "/lines/0/ref"),
        ({"lines": [{"ref": "thing:unknown"}]}, "/lines/0/ref"),
        ({"lines": [{"ref": "other:1"}]}, "/lines/0/ref"),
        ({"lines": [{"ref": "thing:1", "quantity": 0}]}, "/lines/0/quantity"),
        ({"lines": [{"ref": "thing:1", "quantity": -1}]}, "/lines/0/quantity"),
        ({"lines": [{"ref": "thing:1", "quantity": 1.5}]}, "/lines/0/quantity"),
        ({"lines": [{"ref": "thing:1", "quantity": 2**40}]}, "/lines/0/quantity"),
        ({"note": "x" * 2001}, "/note"),
        ({"note": "\x00"}, "/note"),
        ({"status": "CONFIRMED"}, "/status"),
    ],
)
def test_what_cannot_be_ordered_is_named(app, ada, ben, goods, changes, pointer):
    body = {"lines": [{"ref": goods(ben)}], **changes}

    answer = ada.client.post("/v1/orders", body)

    assert answer.status == 422
    assert list(answer.faults) == [pointer]
    assert count(app) == 0


def test_what_does_not_go_into_one_checkout_is_named_line_by_line(app, ada, ben, goods):
    chair = goods(ben)
    refs = (chair, goods(ada), goods(ben, currency="EUR"), goods(ben, scope="shop:a"))

    twice = ada.order(chair, chair)
    mixed = ada.order(*refs)
    several = ada.order(goods(ben, available=1), goods(ben, available=5, quantity_max=3), quantity=4)
    short = ada.order(chair, goods(ben, available=2), quantity=4)
    endless = ada.order(goods(ben, 2**62), quantity=1000)
    vast = ada.order(goods(ben, 10**14), quantity=2)

    assert list(twice.faults) == ["/lines/1/ref"]
    assert list(mixed.faults) == ["/lines/1/ref", "/lines/2/ref", "/lines/3/ref"]
    assert (several.status, list(several.faults)) == (422, ["/lines/1/quantity"])
    assert (short.status, short.problem, list(short.faults)) == (409, "out-of-stock", ["/lines/1/quantity"])
    assert "2 left" in short.faults["/lines/1/quantity"]
    assert (endless.status, list(endless.faults)) == (422, ["/lines/0/quantity"])
    assert (vast.status, list(vast.faults)) == (422, ["/lines/0/quantity"])
    assert count(app) == 0


@pytest.mark.settings(orders={"max_lines": 2})
def test_a_checkout_has_so_many_lines_and_no_more(ada, ben, goods):
    assert ada.order(*[goods(ben) for _ in range(2)]).status == 201
    assert list(ada.order(*[goods(ben) for _ in range(3)]).faults) == ["/lines"]


def test_the_same_key_places_one_order(app, ada, ben, goods, types):
    ref = goods(ben)
    buyer = ada.client.with_headers(idempotency_key="one-chair-please").unchecked()
    body = {"lines": [{"ref": ref}]}

    answers = race(*[lambda: buyer.post("/v1/orders", body)] * 50)
    again = buyer.post("/v1/orders", body)
    other = buyer.post("/v1/orders", {"lines": [{"ref": ref, "quantity": 2}]})

    assert {each.status for each in answers} <= {201, 409}
    assert len({each.json["orders"][0]["id"] for each in answers if each.status == 201}) == 1
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert other.status == 422
    assert (count(app), types()) == (1, ["placed"])


def test_an_order_that_is_paid_first_says_where_and_until_when(clock, ada, ben, goods, stall):
    until = clock.freeze() + timedelta(minutes=30)
    stall.demand = PaymentDemand("/v1/payments/1", until)

    order = ada.ordered(goods(ben))

    assert order["payment_due"] is True
    assert order["payment"]["url"] == "/v1/payments/1"
    assert order["due_at"] == order["payment"]["due_at"]
    assert api.order(UUID(order["id"])).payment_due


def test_an_order_costs_few_statements(app, ada, ben, goods):
    refs = [goods(ben) for _ in range(5)]
    buyer = ada.client.with_headers(idempotency_key=str(uuid7()))

    with count_statements() as few:
        assert buyer.post("/v1/orders", {"lines": [{"ref": refs[0]}]}).status == 201
    with count_statements() as many:
        assert ada.order(*refs).status == 201

    assert few.count <= 15, few.statements
    assert many.count <= few.count


@pytest.mark.settings(orders={"number": "ZST-{timestamp}-{random}"})
def test_numbers_follow_their_format_and_differ(clock, ada, ben, goods):
    now = clock.freeze()

    drawn = {ada.ordered(goods(ben))["number"] for _ in range(5)}

    assert len(drawn) == 5
    assert all(re.fullmatch(rf"ZST-{int(now.timestamp())}-[0-9A-HJKMNP-TV-Z]{{8}}", each) for each in drawn)


@pytest.mark.settings(orders={"number": "A{sequence:05}"})
def test_numbers_may_run_on_and_a_taken_one_is_drawn_again(app, ada, ben, goods):
    first = ada.ordered(goods(ben))["number"]
    app.db.rows("SELECT setval('orders_number', 1, false)")

    numbers_after = [ada.ordered(goods(ben))["number"] for _ in range(2)]

    assert len({first, *numbers_after}) == 3


@pytest.mark.parametrize("number", ["ORD", "{date}", "{random", "{colour}-{random}", "x" * 40 + "{random}"])
def test_a_format_that_makes_no_numbers_stops_the_start(make_app, number):
    with pytest.raises(Exception, match=r"orders\.number"):
        make_app("orders", orders={"number": number})


def test_other_plugins_place_orders_in_their_own_transaction(app, ada, ben, goods):
    ref = goods(ben)
    buyer = app.auth.principal_of(ada.id)

    with app.db.atomic():
        [order] = api.place(buyer, [(ref, 3)])
    with pytest.raises(StoaError, match="atomic"):
        placement.place(buyer, [{"ref": ref, "quantity": 1}])

    assert order.total == Money(14_700, USD)
    assert [each.id for each in api.orders_of(ada.id, "buyer")] == [order.id]
    assert [each.id for each in api.orders_of(ben.id, "seller", statuses=["PENDING"])] == [order.id]
    assert api.orders_of(ben.id, "seller", statuses=["COMPLETED"]) == []


def test_orders_at_once_have_numbers_of_their_own(app, ada, ben, goods):
    ref = goods(ben)

    statuses = Counter(each.status for each in race(*[lambda: ada.order(ref)] * 12))

    assert statuses == {201: 12}
    assert app.db.rows("SELECT count(DISTINCT number) FROM orders_order") == [(12,)]
    assert len(numbers.draw(3)) == 3

"""The life of an order: who may take it where, what follows, and races between them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import SYSTEM, Conflict, NotFound, uuid7
from kernel.testing import race
from plugins.orders import api
from plugins.orders.api import OrderStatus, PaymentDemand

PLUGINS = ("stall",)


@pytest.fixture
def order(ada, ben, goods):
    return ada.ordered(goods(ben), quantity=2)


def steps(person, order):
    items = person.client.get(f"/v1/orders/{order['id']}/history").json["items"]
    return [(each["was"], each["status"], each["party"], each["reason"]) for each in items]


def test_the_seller_confirms_and_the_buyer_completes(ada, ben, order, stall, types):
    confirmed = ben.step(order, "confirm")
    completed = ada.step(order, "complete")

    assert (confirmed.status, completed.status) == (200, 200)
    assert (completed.json["status"], completed.json["allowed"]) == ("COMPLETED", ["dispute"])
    assert completed.json["confirmed_at"] <= completed.json["completed_at"]
    ref = order["lines"][0]["ref"]
    assert stall.seen == [("reserve", f"{ref}*2"), ("confirm", "PENDING", f"{ref}*2")]
    assert types() == ["placed", "confirmed", "status_changed", "completed", "status_changed"]
    assert steps(ben, order) == [
        (None, "PENDING", "buyer", ""),
        ("PENDING", "CONFIRMED", "seller", ""),
        ("CONFIRMED", "COMPLETED", "buyer", ""),
    ]


@pytest.mark.parametrize("confirmed", [False, True])
def test_either_party_cancels_with_a_reason_and_the_stock_goes_back(ada, ben, order, stall, types, confirmed):
    if confirmed:
        ben.step(order, "confirm")
    was = "CONFIRMED" if confirmed else "PENDING"

    silent = ada.step(order, "cancel", reason="  ")
    cancelled = ada.step(order, "cancel", reason=" Bought by mistake ")

    assert list(silent.faults) == ["/reason"]
    assert (cancelled.json["status"], cancelled.json["due_at"]) == ("CANCELLED", None)
    assert stall.seen[-1] == ("release", was, "Bought by mistake", f"{order['lines'][0]['ref']}*2")
    assert steps(ben, order)[-1] == (was, "CANCELLED", "buyer", "Bought by mistake")
    assert types()[-2:] == ["cancelled", "status_changed"]


@pytest.mark.parametrize(
    ("path", "who", "name", "allowed"),
    [
        ([], "ada", "complete", ["cancel"]),
        (["confirm"], "ben", "confirm", ["cancel"]),
        (["confirm", "complete"], "ada", "cancel", ["dispute"]),
        (["cancel"], "ben", "confirm", []),
        (["cancel"], "ada", "cancel", []),
    ],
)
def test_a_transition_the_status_does_not_allow_names_those_it_does(
    ada, ben, order, path, who, name, allowed
):
    people = {"ada": ada, "ben": ben, "confirm": ben, "complete": ada, "cancel": ada}
    for step in path:
        assert people[step].step(order, step, reason="So be it").status == 200
    before = ada.sees(order)

    answer = people[who].step(order, name, reason="So be it")

    assert (answer.status, answer.problem) == (409, "order-status")
    assert (answer.json["allowed"], answer.json["order_status"]) == (allowed, before["status"])
    assert all(each in answer.json["detail"] for each in allowed)
    assert ada.sees(order) == before


def test_what_is_the_other_partys_to_do_is_refused(ada, ben, order):
    refused = ada.step(order, "confirm")
    ben.step(order, "confirm")
    early = ben.step(order, "complete")

    assert (refused.status, early.status) == (403, 403)
    assert "seller" in refused.json["detail"]
    assert ada.sees(order)["status"] == "CONFIRMED"


def test_strangers_find_no_order_and_who_looks_after_its_scope_does(ada, ben, person, goods):
    order = ada.ordered(goods(ben, scope="shop:a"))
    here = person("Kim", "orders_manager", scope="shop:a")
    elsewhere = person("Lou", "orders_manager", scope="shop:b")

    assert [each.client.get(f"/v1/orders/{order['id']}").status for each in (here, elsewhere)] == [200, 404]
    assert elsewhere.step(order, "cancel", reason="No").status == 404
    seen = here.client.get("/v1/orders", query={"as": "operator"}).json["items"]
    assert [each["id"] for each in seen] == [order["id"]]
    assert elsewhere.client.get("/v1/orders", query={"as": "operator"}).json["items"] == []
    assert ada.client.get("/v1/orders", query={"as": "operator"}).status == 403
    assert here.step(order, "confirm").json["status"] == "CONFIRMED"
    assert steps(ada, order)[-1] == ("PENDING", "CONFIRMED", "operator", "")


def test_patch_takes_the_way_that_leads_to_the_status(ada, ben, order):
    path = f"/v1/orders/{order['id']}"

    assert ben.client.patch(path, {"status": "CONFIRMED"}).json["status"] == "CONFIRMED"
    nowhere = ada.client.patch(path, {"status": "LOST"})
    back = ben.client.patch(path, {"status": "PENDING"})

    assert (nowhere.status, nowhere.json["allowed"]) == (409, ["complete", "cancel", "dispute"])
    assert back.status == 409
    assert list(ada.client.patch(path, {"status": "lost"}).faults) == ["/status"]


def test_plugins_add_states_with_their_own_parties_and_effects(ada, ben, person, order, stall, types):
    ben.step(order, "confirm")
    path = f"/v1/orders/{order['id']}"

    by_seller = ben.client.patch(path, {"status": "DISPUTED", "reason": "It is not"})
    without = ada.client.patch(path, {"status": "DISPUTED"})
    disputed = ada.client.patch(path, {"status": "DISPUTED", "reason": "It is not oak"})
    refused = ada.client.patch(path, {"status": "REFUNDED"})
    refunded = api.change_status(UUID(order["id"]), "refund")

    assert (by_seller.status, list(without.faults), disputed.json["status"]) == (403, ["/reason"], "DISPUTED")
    assert refused.status == 403
    assert refunded.status == "REFUNDED"
    assert stall.seen[-1][:2] == ("release", "DISPUTED")
    assert steps(ada, order)[-1] == ("DISPUTED", "REFUNDED", "system", "")
    assert types()[-2:] == ["status_changed", "status_changed"]


def test_an_old_tag_moves_nothing(ada, ben, order):
    tag = ben.client.get(f"/v1/orders/{order['id']}").headers["etag"]
    seller = ben.client.with_headers(if_match=tag)
    path = f"/v1/orders/{order['id']}"

    first = seller.patch(path, {"status": "CONFIRMED"})
    second = seller.patch(path, {"status": "CANCELLED", "reason": "It broke"})

    assert (first.status, second.status) == (200, 412)
    assert ada.sees(order)["status"] == "CONFIRMED"


def test_of_a_confirmation_and_a_cancellation_at_once_nothing_is_lost(app, ada, ben, goods, stall):
    buyer, seller = (app.auth.principal_of(each.id) for each in (ada, ben))
    for _ in range(5):
        order = UUID(ada.ordered(goods(ben))["id"])

        outcomes = race(
            lambda it=order: api.change_status(it, "confirm", actor=seller).status,
            lambda it=order: api.change_status(it, "cancel", actor=buyer, reason="No").status,
            lambda it=order: api.change_status(it, "cancel", actor=seller, reason="No").status,
        )

        done = [each for each in outcomes if isinstance(each, str)]
        refused = [each for each in outcomes if isinstance(each, OrderStatus)]
        assert len(done) + len(refused) == 3, outcomes
        assert done.count("CANCELLED") == 1
        assert api.order(order).status == "CANCELLED"
        assert sum(call[0] == "release" for call in stall.seen) == 1
        stall.seen.clear()


def test_a_confirmation_that_is_refused_by_the_stock_leaves_the_order_pending(ben, order, stall, types):
    stall.refusal = Conflict("It broke meanwhile.")

    answer = ben.step(order, "confirm")

    assert (answer.status, ben.sees(order)["status"]) == (409, "PENDING")
    assert types() == ["placed"]


def test_an_unpaid_order_is_confirmed_by_its_payment_only(ada, ben, goods, stall, types):
    stall.demand = PaymentDemand("/v1/payments/1")
    order = ada.ordered(goods(ben))
    order_id = UUID(order["id"])

    refused = ben.step(order, "confirm")
    outcomes = race(*[lambda: api.confirm_paid(order_id).status] * 5)

    assert (refused.status, refused.problem) == (409, "order-unpaid")
    assert refused.json["payment_url"] == "/v1/payments/1"
    assert outcomes == ["CONFIRMED"] * 5
    assert types() == ["placed", "confirmed", "status_changed"]
    assert (ada.sees(order)["payment"], ada.sees(order)["payment_due"]) == (None, False)


def test_a_payment_that_comes_after_the_cancellation_is_told_so(ada, ben, goods, stall):
    stall.demand = PaymentDemand("/v1/payments/1")
    order = ada.ordered(goods(ben))
    ada.step(order, "cancel", reason="Too dear")

    with pytest.raises(OrderStatus):
        api.confirm_paid(UUID(order["id"]))
    with pytest.raises(NotFound):
        api.confirm_paid(uuid7())

    assert ada.sees(order)["status"] == "CANCELLED"


def test_pending_orders_lapse_and_confirmed_ones_complete_by_themselves(
    clock, work, ada, ben, goods, stall, types
):
    left, taken = ada.ordered(goods(ben)), ada.ordered(goods(ben))
    ben.step(taken, "confirm")

    clock.advance(timedelta(hours=73))
    work()
    after_three_days = [api.order(UUID(each["id"])).status for each in (left, taken)]
    clock.advance(timedelta(days=12))
    work()
    work()
    ada.sign_in()

    assert after_three_days == ["CANCELLED", "CONFIRMED"]
    assert api.order(UUID(taken["id"])).status == "COMPLETED"
    assert Counter(types()) == {
        "placed": 2,
        "confirmed": 1,
        "cancelled": 1,
        "completed": 1,
        "status_changed": 3,
    }
    assert steps(ada, left)[-1][1:3] == ("CANCELLED", "system")
    assert stall.seen[-1][0] == "release"


def test_an_unpaid_order_lapses_when_its_payment_is_due(clock, work, ada, ben, goods, stall):
    stall.demand = PaymentDemand("/v1/payments/1", clock.now() + timedelta(minutes=30))
    order = ada.ordered(goods(ben))

    clock.advance(timedelta(minutes=29))
    work()
    early = api.order(UUID(order["id"])).status
    clock.advance(timedelta(minutes=2))
    work()

    assert (early, api.order(UUID(order["id"])).status) == ("PENDING", "CANCELLED")


@pytest.mark.settings(orders={"pending_hours": 0, "complete_days": 0})
def test_orders_wait_for_ever_when_told_to(clock, work, ada, ben, goods):
    pending, confirmed = ada.ordered(goods(ben)), ada.ordered(goods(ben))
    ben.step(confirmed, "confirm")

    clock.advance(timedelta(days=400))
    work()

    assert [api.order(UUID(each["id"])).status for each in (pending, confirmed)] == ["PENDING", "CONFIRMED"]


def test_the_system_may_do_what_the_parties_may(order):
    order_id = UUID(order["id"])

    confirmed = api.change_status(order_id, "confirm", actor=SYSTEM)
    cancelled = api.change_status(order_id, "cancel", actor=SYSTEM, reason="Fraud")

    assert (confirmed.status, cancelled.status) == ("CONFIRMED", "CANCELLED")
    with pytest.raises(NotFound):
        api.change_status(uuid7(), "cancel", reason="Fraud")

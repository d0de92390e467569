"""An order and its payment follow each other, whichever moves first."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from contrib.order_payments import services
from plugins.payments import api, test_gateway
from plugins.payments.models import Payment

pytestmark = pytest.mark.plugins("order_payments", "listings")


def test_an_order_is_confirmed_when_it_is_paid_and_the_seller_paid_when_it_is_completed(market, work):
    order_id = market.order(2)
    unpaid = market.seller.get(f"/v1/orders/{order_id}").json["allowed"]
    early = market.step(market.seller, order_id, "confirm")

    market.pay(order_id)
    work()
    confirmed, held = market.status(order_id), market.books()
    market.step(market.buyer, order_id, "complete")
    work()

    assert unpaid == ["cancel"]
    assert (early.status, early.problem) == (409, "order-unpaid")
    assert (confirmed, held) == ("CONFIRMED", {"clearing": -9_800, "escrow": 9_800})
    assert market.status(order_id) == "COMPLETED"
    assert market.books() == {"clearing": -9_800, "wallet": 9_800}


def test_the_payment_is_the_same_however_it_became_due(market, work):
    order_id = market.order()
    asked = market.payment(order_id)
    work()

    again = market.payment(order_id)
    listed = market.buyer.get("/v1/payments", query={"ref": f"order:{order_id}"}).json["items"]

    assert asked["id"] == again["id"]
    assert [each["id"] for each in listed] == [asked["id"]]


def test_the_payment_becomes_due_though_nobody_asks(market, work):
    order_id = market.order()

    work()

    [due] = market.buyer.get("/v1/payments").json["items"]
    assert (due["ref"], due["status"], due["amount"]["amount"]) == (f"order:{order_id}", "DUE", 4_900)


def test_another_person_is_not_told_of_the_payment(market, client):
    order_id = market.order()

    assert market.seller.post(f"/v1/order-payments/{order_id}").status == 404
    assert client.as_user().post(f"/v1/order-payments/{order_id}").status == 404


def test_a_cancelled_order_is_paid_back(market, work):
    order_id = market.order()
    market.pay(order_id)
    work()

    market.step(market.seller, order_id, "cancel")
    work()

    assert market.status(order_id) == "CANCELLED"
    assert (market.books(), market.quantity()) == ({}, 10)


def test_an_order_cancelled_before_it_is_paid_is_not_to_be_paid(market, work):
    order_id = market.order()
    payment = market.payment(order_id)

    market.step(market.buyer, order_id, "cancel")
    work()

    answer = market.buyer.post(f"/v1/payments/{payment['id']}/confirm", {"method": "tok_ok"})
    assert (answer.status, answer.json["current"]) == (409, "CANCELLED")


def test_an_order_cancelled_while_its_payment_is_on_the_way_is_paid_back(market, work, client):
    order_id = market.order()
    payment = market.pay(order_id, "tok_processing")
    market.step(market.buyer, order_id, "cancel")
    ref = Payment.get_by_id(payment["id"]).intent
    test_gateway.settle(ref, "captured")
    headers, body = test_gateway.webhook(ref)
    market.app.db.release()

    client.post("/v1/payments/webhooks/test", body=body, headers=headers)
    work()

    assert market.status(order_id) == "CANCELLED"
    assert market.books() == {}


def test_what_nobody_pays_in_time_is_cancelled_and_back_in_stock(market, clock, work):
    order_id = market.order(3)
    work()
    reserved = market.quantity()

    clock.advance(timedelta(minutes=62))
    market.sign_in()
    work()

    assert (reserved, market.quantity(), market.status(order_id)) == (7, 10, "CANCELLED")


def test_a_disputed_order_waits_and_is_refunded_or_settled(market, clock, work, client):
    lost, settled = market.order(), market.order()
    for each in (lost, settled):
        market.pay(each)
        work()
        answer = market.step(market.buyer, each, "dispute", "It is scratched")
        assert answer.status == 200, answer.text
    work()
    clock.advance(timedelta(days=40))
    market.sign_in()
    work()
    waiting = market.books()

    refund = market.step(market.seller, lost, "refund", "Sorry")
    resolve = market.step(market.buyer, settled, "resolve", "We agreed")
    work()

    assert waiting == {"clearing": -9_800, "escrow": 9_800}
    assert (refund.status, resolve.status) == (200, 200)
    assert (market.status(lost), market.status(settled)) == ("REFUNDED", "COMPLETED")
    assert market.books() == {"clearing": -4_900, "wallet": 4_900}


def test_a_completed_order_may_be_refunded_from_the_sellers_balance(market, work):
    order_id = market.order()
    market.pay(order_id)
    work()
    market.step(market.buyer, order_id, "complete")
    work()

    market.step(market.buyer, order_id, "dispute")
    answer = market.step(market.seller, order_id, "refund")
    work()

    assert answer.status == 200, answer.text
    assert (market.status(order_id), market.books()) == ("REFUNDED", {})


def test_an_order_whose_seller_spent_the_money_is_not_said_to_be_refunded(market, work):
    order_id = market.order()
    market.pay(order_id)
    work()
    market.step(market.buyer, order_id, "complete")
    work()
    market.spend(4_900)

    refused = market.step(market.seller, order_id, "refund")
    work()
    still = market.status(order_id)
    market.earn(4_900)
    answer = market.step(market.seller, order_id, "refund")
    work()

    assert (refused.status, refused.problem) == (409, "insufficient-funds"), refused.text
    assert (still, answer.status, market.status(order_id)) == ("COMPLETED", 200, "REFUNDED")
    assert market.app.bus.operations.dead_count() == {}


def test_a_payment_refunded_as_a_whole_makes_the_order_refunded(market, work, client):
    order_id = market.order()
    payment = market.pay(order_id)
    work()

    asked = {"amount": {"amount": 900, "currency": "USD"}}
    part = client.as_user(None, "treasurer").post(f"/v1/payments/{payment['id']}/refunds", asked)
    work()
    after_part = market.status(order_id)
    client.as_user(None, "treasurer").post(f"/v1/payments/{payment['id']}/refunds", {})
    work()

    assert (part.status, after_part) == (201, "CONFIRMED")
    assert (market.status(order_id), market.books()) == ("REFUNDED", {})


def test_five_webhooks_around_the_clients_call_are_one_order_and_one_capture(market, work, client):
    order_id = market.order()
    payment = market.pay(order_id, "tok_processing")
    ref = Payment.get_by_id(payment["id"]).intent
    test_gateway.settle(ref, "captured")

    for number in range(5):
        headers, body = test_gateway.webhook(ref)
        market.app.db.release()
        assert client.post("/v1/payments/webhooks/test", body=body, headers=headers).status == 200
        if number == 2:
            market.pay(order_id, "tok_ok")
        work()

    assert market.status(order_id) == "CONFIRMED"
    assert market.books() == {"clearing": -4_900, "escrow": 4_900}
    assert api.payment(payment["id"]).refunded.amount == 0


def test_a_cancellation_that_is_told_of_before_the_capture_pays_back_once(market, work):
    order_id = market.order()
    payment = market.pay(order_id)
    market.step(market.buyer, order_id, "cancel")

    services.over(UUID(order_id), "The order is CANCELLED.")
    services.paid(UUID(payment["id"]), UUID(order_id))
    work()

    assert (market.status(order_id), market.books()) == ("CANCELLED", {})
    assert market.app.bus.operations.dead_count() == {}

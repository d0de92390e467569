"""Goods that come back: in stock again as the seller says, once, whatever else happens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.testing import race
from plugins.orders import api as orders
from plugins.payments import api as payments
from plugins.payments.services import escrows

pytestmark = pytest.mark.plugins("order_payments", "listings")


@pytest.fixture
def sold(market, work):
    """Return an order of three pieces that is paid and completed."""
    order_id = market.order(3)
    market.pay(order_id)
    work()
    market.step(market.buyer, order_id, "complete")
    work()
    return order_id


def refund(market, order_id, **said):
    return market.seller.patch(
        f"/v1/orders/{order_id}", {"status": "REFUNDED", "reason": "It came back", **said}
    )


@pytest.mark.parametrize(
    ("said", "pieces"), [({}, 10), ({"restock": True}, 10), ({"restock": False}, 7)], ids=str
)
def test_the_seller_says_whether_refunded_goods_go_back(market, work, sold, said, pieces):
    before = market.quantity()

    answer = refund(market, sold, **said)
    work()

    assert (before, answer.status, market.quantity()) == (7, 200, pieces), answer.text
    assert (answer.json["restocked_at"] is not None) == (pieces == 10)
    assert ("restock" in answer.json["allowed"]) == (pieces == 7)


def test_goods_that_arrive_after_their_refund_are_put_back_once(market, work, sold):
    early = market.seller.post(f"/v1/orders/{sold}/restock", {})
    refund(market, sold, restock=False)
    work()

    by_buyer = market.buyer.post(f"/v1/orders/{sold}/restock", {})
    answers = [market.seller.post(f"/v1/orders/{sold}/restock", {}) for _ in range(3)]
    steps = market.seller.get(f"/v1/orders/{sold}/history").json["items"]

    assert (early.status, early.problem, by_buyer.status) == (409, "order-status", 403)
    assert [each.status for each in answers] == [200] * 3
    assert len({each.json["restocked_at"] for each in answers}) == 1
    assert [each["transition"] for each in steps][-2:] == ["refund", "restock"]
    assert market.quantity() == 10


def test_a_refund_and_ten_restocks_at_once_put_the_pieces_back_once(market, work, sold):
    def restock() -> int:
        return int(market.seller.post(f"/v1/orders/{sold}/restock", {}).status)

    outcomes = race(lambda: int(refund(market, sold).status), *[restock] * 10)
    work()

    assert outcomes[0] == 200
    assert set(outcomes[1:]) <= {200, 409}
    assert market.quantity() == 10


def test_money_that_went_back_past_the_order_brings_no_goods_until_the_seller_says_so(
    market, work, client, sold
):
    payment = market.buyer.get("/v1/payments", query={"ref": f"order:{sold}"}).json["items"][0]

    client.as_user(None, "treasurer").post(f"/v1/payments/{payment['id']}/refunds", {})
    work()
    refunded, without = market.status(sold), market.quantity()
    market.seller.post(f"/v1/orders/{sold}/restock", {})

    assert (refunded, without, market.quantity()) == ("REFUNDED", 7, 10)


def test_what_brings_no_goods_back_takes_no_word_about_them(market, sold):
    answer = market.buyer.patch(
        f"/v1/orders/{sold}", {"status": "DISPUTED", "reason": "It is not oak", "restock": True}
    )

    assert (answer.status, list(answer.faults)) == (422, ["/restock"])
    assert market.status(sold) == "COMPLETED"


def test_a_completed_order_is_disputed_within_its_days_and_not_after(market, clock, work, sold):
    shown = market.buyer.get(f"/v1/orders/{sold}").json
    clock.advance(timedelta(days=14, seconds=-1))
    market.sign_in()
    allowed = market.buyer.get(f"/v1/orders/{sold}").json["allowed"]

    clock.advance(timedelta(seconds=1))
    answer = market.step(market.buyer, sold, "dispute", "It broke")

    end = orders.order(UUID(sold)).completed_at + timedelta(days=14)
    assert list(shown["until"]) == ["dispute"]
    assert allowed == ["dispute"]
    assert (answer.status, answer.problem) == (409, "order-late")
    assert (answer.json["until"], answer.json["allowed"]) == (end.isoformat(), [])
    assert end.isoformat() in answer.json["detail"]
    assert market.buyer.get(f"/v1/orders/{sold}").json["until"] == {}


def test_what_completed_by_itself_is_released_when_it_cannot_be_disputed_any_more(market, clock, work):
    order_id = market.order()
    market.pay(order_id)
    work()

    def after(days: int) -> tuple[str, dict[str, int]]:
        clock.advance(timedelta(days=days, hours=2))
        market.sign_in()
        work()
        return market.status(order_id), market.books()

    held = {"clearing": -4_900, "escrow": 4_900}
    assert after(14) == ("COMPLETED", held)
    assert after(13) == ("COMPLETED", held)
    assert after(1) == ("COMPLETED", {"clearing": -4_900, "wallet": 4_900})
    assert market.step(market.buyer, order_id, "dispute").problem == "order-late"


def test_what_is_disputed_on_its_last_day_is_not_released_by_the_clock(market, clock, work):
    order_id = market.order()
    market.pay(order_id)
    work()
    for days in (15, 13):
        clock.advance(timedelta(days=days))
        market.sign_in()
        work()

    disputed = market.step(market.buyer, order_id, "dispute", "It broke")
    work()
    clock.advance(timedelta(days=40))
    market.sign_in()
    work()
    held = market.books()
    refund(market, order_id)
    work()

    assert (disputed.status, held) == (200, {"clearing": -4_900, "escrow": 4_900})
    assert (market.books(), market.quantity()) == ({}, 10)


def test_a_dispute_of_the_last_moment_holds_though_no_worker_has_heard_of_it(market, clock, work):
    order_id = market.order()
    market.pay(order_id)
    work()
    for days in (15, 13):
        clock.advance(timedelta(days=days))
        market.sign_in()
        work()

    disputed = market.step(market.buyer, order_id, "dispute", "It broke")
    clock.advance(timedelta(days=2))
    released = escrows.release_due()

    assert (disputed.status, released) == (200, 0)


def test_what_was_to_go_back_and_could_not_is_not_released_by_the_clock(market, clock, work):
    order_id = market.order()
    payment_id = market.pay(order_id, "tok_refund_fails")["id"]
    work()
    payments.refund(UUID(payment_id), None, "system", "Sold twice")
    work()

    for days in (15, 15):
        clock.advance(timedelta(days=days))
        market.sign_in()
        work()

    assert market.status(order_id) == "COMPLETED"
    assert market.books() == {"clearing": -4_900, "escrow": 4_900}

"""Wallets, statements, payment methods and payouts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel import Invalid
from kernel.testing import Client, race
from plugins.payments import api
from plugins.payments.services import confirming, payouts

pytestmark = pytest.mark.plugins("payments")
PAYOUT = {"amount": {"amount": 3_000, "currency": "USD"}}


@pytest.fixture
def seller(client, till):
    """The payee, with 9,000 in the wallet."""
    till.paid(10_000, 1_000)
    return client.as_user(till.seller)


def bank(who, token="acct_ok"):
    answer = who.post("/v1/payments/methods", {"use": "payout", "token": token, "label": "Bank …42"})
    assert answer.status == 201, answer.text
    return answer.json["id"]


def test_a_top_up_is_a_payment_to_oneself(client, books):
    ann = client.as_user()

    due = ann.post("/v1/wallet/topups", {"amount": {"amount": 2_500, "currency": "KWD"}})
    before = ann.get("/v1/wallet").json
    ann.post(f"/v1/payments/{due.json['id']}/confirm", {"method": "tok_ok"})

    assert (due.status, due.json["purpose"], before) == (201, "topup", {"balances": []})
    assert ann.get("/v1/wallet").json["balances"] == [
        {
            "currency": "KWD",
            "available": {"amount": 2_500, "currency": "KWD"},
            "held": {"amount": 0, "currency": "KWD"},
        }
    ]
    assert books("KWD") == {"clearing": -2_500, "wallet": 2_500}


def test_nobody_pays_in_so_much_that_balances_no_longer_add_up(client, till, books):
    ann = client.as_user()

    answers = [
        ann.post("/v1/wallet/topups", {"amount": {"amount": amount, "currency": "USD"}})
        for amount in (2**63 - 1, 10**14 + 1, 0, -(10**14))
    ]
    with pytest.raises(Invalid):
        till.due(10**14 + 1, 0)
    till.top_up(10**14)
    till.top_up(10**14)

    assert [answer.status for answer in answers] == [422] * 4
    assert books() == {"clearing": -2 * 10**14, "wallet": 2 * 10**14}


def test_one_pays_from_the_wallet_and_gets_a_refund_there_at_once(till, treasurer, books):
    till.top_up(12_000)
    payment_id = till.due(10_000, 1_000)

    paid = till.confirm(payment_id, "", gateway="wallet")
    after = till.client.get("/v1/wallet").json["balances"][0]["available"]["amount"]
    refund = treasurer.post(f"/v1/payments/{payment_id}/refunds", {})

    assert (paid.json["status"], paid.json["gateway"], after) == ("CAPTURED", "wallet", 2_000)
    assert refund.json["state"] == "DONE"
    assert till.client.get("/v1/wallet").json["balances"][0]["available"]["amount"] == 12_000
    assert books() == {"clearing": -12_000, "wallet": 12_000}


def test_a_wallet_that_holds_too_little_pays_nothing(till, books):
    till.top_up(9_999)
    payment_id = till.due(10_000)

    answer = till.confirm(payment_id, "", gateway="wallet")

    assert (answer.status, answer.problem) == (409, "insufficient-funds")
    assert api.payment(payment_id).status == "DUE"
    assert books()["wallet"] == 9_999
    assert till.confirm(payment_id, "tok_ok").json["status"] == "CAPTURED"


def test_one_wallet_pays_as_many_things_as_it_lasts(app, till, books):
    till.top_up(1_000)
    due = [till.due(300, 0) for _ in range(6)]
    app.db.release()

    def pay(payment_id):
        try:
            return confirming.confirm(payment_id, till.payer, gateway="wallet").status
        finally:
            app.db.release()

    outcomes = race(*[lambda it=each: pay(it) for each in due])

    assert Counter(str(each) if isinstance(each, str) else type(each) for each in outcomes) == {
        "CAPTURED": 3,
        api.InsufficientFunds: 3,
    }
    assert books()["wallet"] == 1_000


def test_a_begun_payment_may_be_paid_another_way(till, books):
    till.top_up(10_000)
    payment_id = till.due()
    till.confirm(payment_id, "tok_3ds")

    paid = till.confirm(payment_id, "", gateway="wallet").json

    assert (paid["status"], paid["gateway"]) == ("CAPTURED", "wallet")
    assert books() == {"clearing": -10_000, "commission": 1_000, "wallet": 9_000}


def test_the_statement_shows_every_movement_of_ones_money(till, client, treasurer, work):
    till.top_up(500)
    payment_id = till.paid(10_000, 1_000, escrow=True)
    seller = client.as_user(till.seller)
    api.release(payment_id, "system")

    mine = [
        (each["account"], each["kind"], each["amount"]["amount"])
        for each in till.client.every("/v1/transactions")
    ]
    theirs = [
        (each["account"], each["kind"], each["amount"]["amount"]) for each in seller.every("/v1/transactions")
    ]
    wallet = [
        (each["amount"]["amount"], each["balance"]["amount"])
        for each in till.client.every("/v1/wallet/transactions")
    ]

    assert sorted(mine) == [
        ("external", "capture", -10_000),
        ("external", "topup", -500),
        ("wallet", "topup", 500),
    ]
    assert sorted(theirs) == [
        ("escrow", "capture", 10_000),
        ("escrow", "release", -10_000),
        ("wallet", "release", 9_000),
    ]
    assert wallet == [(500, 500)]
    assert list(client.as_user().every("/v1/transactions")) == []


def test_the_statement_comes_in_pages_and_one_currency_if_asked(till):
    for _ in range(5):
        till.top_up(100)
    till.top_up(700, "JPY")

    first = till.client.get("/v1/wallet/transactions", query={"limit": 2, "currency": "USD"}).json
    every = [
        each["balance"]["amount"]
        for each in till.client.every("/v1/wallet/transactions", limit=2, currency="USD")
    ]

    assert (len(first["items"]), bool(first["next"])) == (2, True)
    assert every == [500, 400, 300, 200, 100]
    assert till.client.get("/v1/transactions", query={"currency": "XXX"}).status == 422


def test_a_payout_waits_for_approval_and_is_sent(seller, treasurer, work, books, types):
    made = seller.post("/v1/payouts", {**PAYOUT, "method_id": bank(seller)})
    asked = books()
    listed = treasurer.get("/v1/payouts/waiting").json["items"]

    approved = treasurer.post(f"/v1/payouts/{made.json['id']}/approve")
    work()

    assert (made.status, made.json["status"], made.json["destination"]) == (201, "REQUESTED", "Bank …42")
    assert (asked["wallet"], asked["payouts"]) == (6_000, 3_000)
    assert [each["id"] for each in listed] == [made.json["id"]]
    assert approved.json["status"] == "APPROVED"
    seen = seller.get(f"/v1/payouts/{made.json['id']}").json
    assert [each["after"] for each in seen["history"]] == ["REQUESTED", "APPROVED", "PAID"]
    assert books() == {"clearing": -7_000, "commission": 1_000, "wallet": 6_000}
    assert types()[1:] == ["payout.requested", "payout.paid"]


def test_a_payout_that_fails_comes_back(seller, treasurer, work, books):
    made = seller.post("/v1/payouts", {**PAYOUT, "method_id": bank(seller, "acct_fail")}).json
    treasurer.post(f"/v1/payouts/{made['id']}/approve")

    work()

    seen = seller.get(f"/v1/payouts/{made['id']}").json
    assert (seen["status"], seen["failure"]) == ("FAILED", "account_closed")
    assert books()["wallet"] == 9_000


def test_a_pending_payout_is_asked_about_again(seller, treasurer, clock, work, books):
    made = seller.post("/v1/payouts", {**PAYOUT, "method_id": bank(seller, "acct_pending")}).json
    treasurer.post(f"/v1/payouts/{made['id']}/approve")
    work()
    pending = payouts.locked(made["id"]).status

    clock.advance(timedelta(minutes=5))
    work()

    assert (pending, payouts.locked(made["id"]).status) == ("APPROVED", "PAID")
    assert books()["wallet"] == 6_000


@pytest.mark.parametrize("step", ["reject", "cancel"])
def test_a_payout_nobody_approved_can_be_taken_back_once(seller, treasurer, books, step):
    made = seller.post("/v1/payouts", {**PAYOUT, "method_id": bank(seller)}).json
    who, body = (treasurer, {"reason": "Wrong bank"}) if step == "reject" else (seller, None)

    first, second = (who.post(f"/v1/payouts/{made['id']}/{step}", body) for _ in range(2))
    late = treasurer.post(f"/v1/payouts/{made['id']}/approve")

    assert (first.status, second.status, late.status) == (200, 409, 409)
    assert late.json["allowed"] == []
    assert books()["wallet"] == 9_000


def test_of_an_approval_and_a_cancellation_at_once_one_wins(app, seller, till, work, books):
    made = payouts.request(till.seller, 1_000, "USD", bank(seller))
    app.db.release()

    def released(call):
        try:
            return call().status
        finally:
            app.db.release()

    outcomes = race(
        lambda: released(lambda: payouts.approve(made.id, "system")),
        lambda: released(lambda: payouts.cancel(made.id, till.seller)),
    )
    work()

    assert Counter(type(each) for each in outcomes) == {str: 1, api.PaymentStatus: 1}
    assert books()["wallet"] in (8_000, 9_000)


def test_nobody_is_paid_out_more_than_they_have(seller, books):
    method = bank(seller)

    answer = seller.post("/v1/payouts", {"amount": {"amount": 9_001, "currency": "USD"}, "method_id": method})

    assert (answer.status, answer.problem) == (409, "insufficient-funds")
    assert seller.get("/v1/payouts").json["items"] == []


def test_without_approval_a_payout_is_sent_at_once(make_app):
    application = make_app("payments", payments={"payout_approval": False})
    ann = Client(application).as_user()
    due = ann.post("/v1/wallet/topups", {"amount": {"amount": 5_000, "currency": "USD"}}).json
    ann.post(f"/v1/payments/{due['id']}/confirm", {"method": "tok_ok"})

    made = ann.post("/v1/payouts", {**PAYOUT, "method_id": bank(ann)}).json

    assert made["status"] == "APPROVED"


def test_a_kept_method_pays_and_its_token_is_not_shown(till):
    kept = till.client.post("/v1/payments/methods", {"token": "tok_ok", "label": "Visa …42"})
    again = till.client.post("/v1/payments/methods", {"token": "tok_ok", "label": "Visa"})
    payment_id = till.due()

    paid = till.confirm(payment_id, "", method_id=kept.json["id"])

    assert "token" not in kept.json
    assert (again.json["id"], again.json["label"], kept.json["is_default"]) == (kept.json["id"], "Visa", True)
    assert paid.json["status"] == "CAPTURED"


def test_anothers_method_does_not_pay(till, client):
    other = client.as_user().post("/v1/payments/methods", {"token": "tok_ok"}).json

    answer = till.confirm(till.due(), "", method_id=other["id"])

    assert (answer.status, list(answer.faults)) == (422, ["/method_id"])


def test_one_method_of_a_use_is_the_default(client):
    ann = client.as_user()
    ids = [ann.post("/v1/payments/methods", {"token": f"tok_{n}"}).json["id"] for n in range(3)]

    chosen = ann.put(f"/v1/payments/methods/{ids[1]}/default")
    ann.delete(f"/v1/payments/methods/{ids[1]}")

    assert chosen.json["is_default"]
    left = {each["id"]: each["is_default"] for each in ann.get("/v1/payments/methods").json["items"]}
    assert left == {ids[0]: False, ids[2]: True}
    assert ann.delete(f"/v1/payments/methods/{ids[1]}").status == 404

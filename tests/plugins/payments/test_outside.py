"""Refunds made in the gateway's own console: booked once, whatever has become of the money here."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel import uuid7
from kernel.testing import race
from plugins.payments import api, test_gateway
from plugins.payments.models import Operation, Payment

pytestmark = pytest.mark.plugins("payments")

HOOK = "/v1/payments/webhooks/test"


@pytest.fixture
def console(client):
    """Refund a payment past the application; return what telling of it is answered with."""

    def refund(payment_id, amount):
        headers, body = test_gateway.console_refund(Payment.get_by_id(payment_id).intent, amount)
        return lambda: client.post(HOOK, body=body, headers=headers)

    return refund


def test_it_is_taken_from_payee_and_commission_and_told_of(till, console, books, types):
    payment_id = till.paid(10_000, 1_000)

    answer = console(payment_id, 2_500)()

    assert (answer.status, answer.json["outcome"]) == (200, "refunded")
    assert books() == {"clearing": -7_500, "wallet": 6_750, "commission": 750}
    assert types()[-1] == "payment.refunded"
    [shown] = till.client.get(f"/v1/payments/{payment_id}/refunds").json["items"]
    assert (shown["amount"]["amount"], shown["state"]) == (2_500, "DONE")
    assert api.payment(payment_id).refunded.amount == 2_500


def test_told_of_many_times_at_once_and_by_two_webhooks_it_is_booked_once(app, till, console, books, client):
    payment_id = till.paid()
    tell = console(payment_id, 4_000)
    told = Operation.gateway == "test"

    race(*[tell for _ in range(6)])
    result = {"ref": Operation.get(told & (Operation.kind == "refund")).result_ref, "status": "done"}
    of = {
        "ref": Payment.get_by_id(payment_id).intent,
        "status": "captured",
        "amount": 4_000,
        "currency": "USD",
    }
    headers, body = test_gateway.signed(
        {"id": "another", "type": "refund.updated", "key": "", "result": result, "refund_of": of}
    )
    again = client.post(HOOK, body=body, headers=headers)

    assert again.json["outcome"] == "done"
    assert Operation.select().where(Operation.kind == "refund").count() == 1
    assert books()["clearing"] == -6_000


def test_all_of_it_makes_the_payment_refunded_and_empties_the_escrow(till, console, books, types):
    payment_id = till.paid(escrow=True)

    console(payment_id, 4_000)()
    console(payment_id, 6_000)()

    assert api.payment(payment_id).status == "REFUNDED"
    assert books() == {}
    assert Counter(types())["escrow.refunded"] == 1


def test_what_the_payee_has_spent_is_the_platforms_loss(app, till, console, books, client):
    payment_id = till.paid(10_000, 1_000)
    seller = client.as_user(till.seller)
    spent = api.demand(f"thing:{uuid7()}", till.seller, [api.Split(uuid7(), 9_000)], "USD", "A bench").id
    assert seller.post(f"/v1/payments/{spent}/confirm", {"gateway": "wallet"}).json["status"] == "CAPTURED"

    answer = console(payment_id, 10_000)()

    assert answer.json["outcome"] == "refunded"
    assert api.payment(payment_id).status == "REFUNDED"
    assert books() == {"commission": -9_000, "wallet": 9_000}


def test_more_than_was_left_or_in_another_currency_is_not_booked(till, console, books, client):
    payment_id = till.paid()
    ref = Payment.get_by_id(payment_id).intent
    before = books()
    of = {"ref": ref, "status": "captured", "amount": 5_000, "currency": "EUR"}
    told = {"id": "euros", "type": "refund.done", "key": "", "refund_of": of}
    headers, body = test_gateway.signed({**told, "result": {"ref": "r_1", "status": "done"}})

    euros = client.post(HOOK, body=body, headers=headers)
    too_much = console(payment_id, 10_001)()

    assert (euros.json["outcome"], too_much.json["outcome"]) == ("differs", "differs")
    assert books() == before


def test_one_beside_a_refund_of_ours_that_the_gateway_then_refuses_leaves_the_books_true(
    till, treasurer, console, work, books
):
    payment_id = till.paid(10_000, 1_000)
    asked = treasurer.post(
        f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 8_000, "currency": "USD"}}
    )

    console(payment_id, 5_000)()
    work()

    assert asked.status == 201
    assert api.payment(payment_id).refunded.amount == 5_000
    assert sum(books().values()) == 0
    assert books()["clearing"] == -5_000
    assert "refunds" not in books()


def test_what_the_gateway_keeps_is_booked_once_beside_the_payment(till, webhook, books):
    payment_id = till.paid(10_000, 1_000, method="tok_fee")

    webhook(payment_id)
    webhook(payment_id)

    assert books() == {"clearing": -9_680, "fees": -320, "wallet": 9_000, "commission": 1_000}

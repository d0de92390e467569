"""Refunds and escrow: to the last unit, never more, and of two that race one wins."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import uuid7
from kernel.testing import race
from plugins.payments import api, test_gateway
from plugins.payments.models import Movement, Operation, Payment, Split
from plugins.payments.services import escrows, operations, refunds

pytestmark = pytest.mark.plugins("payments")


def released(app, call):
    def run():
        try:
            return call()
        finally:
            app.db.release()

    return run


def escrow_of(payment_id):
    return Split.get(Split.payment_id == payment_id)


def test_a_refund_takes_payee_and_commission_by_their_shares(till, treasurer, work, books, types):
    payment_id = till.paid(10_000, 1_000)

    made = treasurer.post(
        f"/v1/payments/{payment_id}/refunds",
        {"amount": {"amount": 2_500, "currency": "USD"}, "reason": "Scratched"},
    )
    during = books()
    work()

    assert (made.status, made.json["state"]) == (201, "PENDING")
    assert during == {"clearing": -10_000, "refunds": 2_500, "commission": 750, "wallet": 6_750}
    assert books() == {"clearing": -7_500, "commission": 750, "wallet": 6_750}
    listed = till.client.get(f"/v1/payments/{payment_id}/refunds").json["items"]
    assert [(each["amount"]["amount"], each["state"], each["reason"]) for each in listed] == [
        (2_500, "DONE", "Scratched")
    ]
    assert types() == ["payment.captured", "payment.refunded"]


def test_partial_refunds_end_at_exactly_what_was_captured(till, treasurer, work, books):
    sellers = [uuid7() for _ in range(3)]
    payment_id = till.paid(splits=[api.Split(each, 333, 33) for each in sellers])

    answers = [
        treasurer.post(
            f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": amount, "currency": "USD"}}
        )
        for amount in (100, 1, 7, 400, 490)
    ]
    over = treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 2, "currency": "USD"}})
    rest = treasurer.post(f"/v1/payments/{payment_id}/refunds", {})
    none_left = treasurer.post(
        f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 1, "currency": "USD"}}
    )
    work()

    assert [each.status for each in answers] == [201] * 5
    assert (over.status, over.problem, over.json["left"]) == (
        409,
        "refund-exceeds-payment",
        {"amount": 1, "currency": "USD"},
    )
    assert rest.json["amount"]["amount"] == 1
    assert none_left.json["left"]["amount"] == 0
    assert books() == {}
    assert api.payment(payment_id).status == "REFUNDED"


@given(
    parts=st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 100)), min_size=1, max_size=4),
    fractions=st.lists(st.integers(1, 100), min_size=1, max_size=6),
)
def test_no_division_of_refunds_takes_more_of_a_part_than_is_left(parts, fractions):
    splits = [
        Split(id=uuid7(), currency="USD", amount=amount, commission=amount * rate // 100, refunded=0,
              refunded_commission=0)
        for amount, rate in parts
    ]  # fmt: skip

    for fraction in [*fractions, 100]:
        left = sum(one.amount - one.refunded for one in splits)
        wanted = max(1, left * fraction // 100)
        if not left:
            break
        taken = refunds.divided(splits, wanted)
        assert sum(gross for gross, _ in taken.values()) == wanted
        for one in splits:
            gross, commission = taken.get(str(one.id), [0, 0])
            one.refunded, one.refunded_commission = one.refunded + gross, one.refunded_commission + commission
            net = one.amount - one.commission
            assert 0 <= one.refunded_commission <= one.commission
            assert 0 <= one.refunded - one.refunded_commission <= net

    assert all(one.refunded == one.amount and one.refunded_commission == one.commission for one in splits)


def test_racing_refunds_stop_at_what_was_captured(app, till, work, books):
    payment_id = till.paid(10_000, 0)
    app.db.release()

    outcomes = race(
        *[released(app, lambda: refunds.refund(payment_id, 3_000, "system", "").amount) for _ in range(8)]
    )
    work()

    assert Counter(type(each) for each in outcomes) == {int: 3, api.RefundExceeds: 5}
    assert books() == {"clearing": -1_000, "wallet": 1_000}
    assert api.payment(payment_id).refunded.amount == 9_000


def test_the_same_refund_sent_twice_is_one(till, treasurer, work):
    payment_id = till.paid()
    once = treasurer.with_headers(idempotency_key="refund-of-the-chair")

    answers = [
        once.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 100, "currency": "USD"}})
        for _ in range(2)
    ]
    work()

    assert answers[0].json == answers[1].json
    assert api.payment(payment_id).refunded.amount == 100


def test_a_refund_the_gateway_refuses_is_put_back(till, treasurer, work, books, types):
    payment_id = till.paid(method="tok_refund_fails")
    before = books()

    treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 5_000, "currency": "USD"}})
    work()

    assert books() == before
    listed = till.client.get(f"/v1/payments/{payment_id}/refunds").json["items"]
    assert [(each["state"], each["failure"]) for each in listed] == [("FAILED", "refund_refused")]
    assert types() == ["payment.captured", "refund.failed"]
    assert escrow_of(payment_id).refunded == 0


@pytest.mark.parametrize("told", ["webhook", "sweep"])
def test_a_pending_refund_ends_when_the_gateway_says_so(
    app, till, treasurer, client, clock, work, books, told
):
    payment_id = till.paid(method="tok_refund_pending")
    treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 5_000, "currency": "USD"}})
    work()
    waiting = Operation.get(Operation.kind == "refund")
    before = books()

    if told == "sweep":
        clock.advance(timedelta(minutes=5))
        work()
    else:
        result = {"ref": waiting.result_ref, "status": "done"}
        headers, body = test_gateway.signed(
            {"id": "evt_1", "type": "refund.done", "key": str(waiting.id), "result": result}
        )
        answers = [client.post("/v1/payments/webhooks/test", body=body, headers=headers) for _ in range(2)]
        assert [each.json["outcome"] for each in answers] == ["done", "repeated"]

    assert (waiting.state, before["refunds"]) == ("PENDING", 5_000)
    assert books()["clearing"] == -5_000
    assert api.payment(payment_id).refunded.amount == 5_000


def test_what_a_payee_has_spent_cannot_be_taken_back_from_them(app, till, treasurer, books):
    payment_id = till.paid(10_000, 0)
    owed = api.demand("thing:rent", till.seller, [api.Split(uuid7(), 9_000, 0)], "USD", "Rent")
    spent = treasurer.as_user(till.seller).post(f"/v1/payments/{owed.id}/confirm", {"gateway": "wallet"})

    answer = treasurer.post(f"/v1/payments/{payment_id}/refunds", {})

    assert spent.json["status"] == "CAPTURED"
    assert (answer.status, answer.problem) == (409, "insufficient-funds")
    assert escrow_of(payment_id).refunded == 0
    books()


def test_escrow_is_held_until_the_payer_releases_it(till, client, books, types):
    payment_id = till.paid(10_000, 1_000, escrow=True)
    held = books()
    escrow_id = escrow_of(payment_id).id
    seller = client.as_user(till.seller)

    stranger, early = (who.post(f"/v1/escrows/{escrow_id}/release", {}) for who in (client.as_user(), seller))
    done = till.client.post(f"/v1/escrows/{escrow_id}/release", {"reason": "It arrived"})
    again = till.client.post(f"/v1/escrows/{escrow_id}/release", {})

    assert held == {"clearing": -10_000, "escrow": 10_000}
    assert (stranger.status, early.status) == (404, 404)
    assert (done.json["state"], done.json["held"]["amount"]) == ("RELEASED", 0)
    assert (again.status, again.json["current"], again.json["allowed"]) == (409, "RELEASED", [])
    assert books() == {"clearing": -10_000, "commission": 1_000, "wallet": 9_000}
    assert types() == ["payment.captured", "escrow.held", "escrow.released"]


def test_a_payee_who_does_not_deliver_refunds_the_escrow(till, client, work, books, types):
    payment_id = till.paid(escrow=True)
    escrow_id = escrow_of(payment_id).id

    by_payer = till.client.post(f"/v1/escrows/{escrow_id}/refund", {})
    by_payee = client.as_user(till.seller).post(f"/v1/escrows/{escrow_id}/refund", {"reason": "Broken"})
    work()

    assert (by_payer.status, by_payee.status, by_payee.json["state"]) == (404, 200, "REFUNDED")
    assert books() == {}
    assert types() == ["payment.captured", "escrow.held", "escrow.refunded", "payment.refunded"]


def test_of_a_release_and_a_refund_at_once_one_wins(app, till, work, books):
    for _ in range(6):
        payment_id = till.paid(1_000, 100, escrow=True)
        escrow_id = escrow_of(payment_id).id
        app.db.release()

        outcomes = race(
            released(app, lambda it=escrow_id: escrows.release(it, "system").state),
            released(app, lambda it=escrow_id: escrows.refund(it, "system", "").kind),
        )

        assert Counter(type(each) for each in outcomes) == {str: 1, api.PaymentStatus: 1}, outcomes
    work()
    assert "escrow" not in books()


def test_a_part_refunded_from_escrow_leaves_the_rest_to_release(till, treasurer, work, books):
    payment_id = till.paid(10_000, 1_000, escrow=True)

    treasurer.post(f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 4_000, "currency": "USD"}})
    work()
    till.client.post(f"/v1/escrows/{escrow_of(payment_id).id}/release", {})

    assert books() == {"clearing": -6_000, "commission": 600, "wallet": 5_400}


def test_a_refused_refund_of_an_escrow_is_held_again_until_somebody_decides(
    till, client, clock, work, books, types
):
    payment_id = till.paid(escrow=True, method="tok_refund_fails")
    escrow_id = escrow_of(payment_id).id

    client.as_user(till.seller).post(f"/v1/escrows/{escrow_id}/refund", {})
    work()
    clock.advance(timedelta(days=40))
    work()
    kept, state = books(), escrow_of(payment_id).state
    api.release(payment_id, "system")

    assert (kept, state) == ({"clearing": -10_000, "escrow": 10_000}, "HELD")
    assert "refund.failed" in types()
    assert books()["wallet"] > 0


def test_what_is_held_long_enough_is_released_by_itself(till, clock, work, books):
    till.paid(10_000, 0, escrow=True)
    clock.advance(timedelta(days=13))
    work()
    early = books()
    clock.advance(timedelta(days=2))

    work()

    assert early == {"clearing": -10_000, "escrow": 10_000}
    assert books() == {"clearing": -10_000, "wallet": 10_000}


def test_refund_and_release_of_all_by_the_api(till, work, books):
    sellers = [uuid7(), uuid7()]
    payment_id = till.paid(splits=[api.Split(each, 500, 50) for each in sellers], escrow=True)

    assert api.release(payment_id, "system") == 2
    assert api.release(payment_id, "system") == 0
    api.refund(payment_id, None, "system", "Dispute")
    work()

    assert books() == {}
    assert Payment.get_by_id(payment_id).status == "REFUNDED"
    kinds = [row.kind for row in Movement.select().order_by(Movement.id)]
    assert [kind for kind, _ in itertools.groupby(kinds)] == ["capture", "release", "refund"]


def test_a_refund_in_another_currency_than_was_paid_in_is_refused_by_name(till, treasurer):
    payment_id = till.paid(5_000, 0)

    answer = treasurer.post(
        f"/v1/payments/{payment_id}/refunds", {"amount": {"amount": 500, "currency": "EUR"}}
    )

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/amount/currency")
    assert api.payment(payment_id).refunded.amount == 0


def test_one_run_of_the_clock_releases_and_asks_for_all_that_is_due(till, clock):
    many = escrows.BATCH + 1
    splits = [api.Split(uuid7(), 10, 0) for _ in range(many)]
    till.paid(splits=splits, escrow=True)
    paid = till.paid(many, 0)
    for _ in range(many):
        refunds.refund(paid, 1, "system", "")
    clock.advance(timedelta(days=40))

    asked, released = operations.sweep(), escrows.release_due()

    assert (asked, released) == (many, many)
    assert Split.select().where(Split.state == "HELD").count() == 0
    assert Payment.get_by_id(paid).refunded == many

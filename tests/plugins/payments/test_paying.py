"""Paying by a gateway: what is paid is captured once, whatever happens on the way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel import Money, uuid7
from kernel.errors import Invalid
from kernel.testing import race
from plugins.payments import api, test_gateway
from plugins.payments.models import History, Movement, Operation, Payment
from plugins.payments.services import confirming, expiry, operations, rows

pytestmark = pytest.mark.plugins("payments")


def captures() -> int:
    return Movement.select().where(Movement.kind == "capture").count()


def test_a_payment_is_paid_and_split_between_payee_and_platform(till, books, types, client):
    payment_id = till.due(10_000, 1_000)

    answer = till.confirm(payment_id)

    assert (answer.status, answer.json["status"], answer.json["gateway"]) == (200, "CAPTURED", "test")
    assert books() == {"clearing": -10_000, "commission": 1_000, "wallet": 9_000}
    assert api.balance(till.seller, "USD").amount == 9_000
    assert types() == ["payment.captured"]
    seen = till.client.get(f"/v1/payments/{payment_id}").json
    assert [(each["before"], each["after"]) for each in seen["history"]] == [
        ("DUE", "PROCESSING"),
        ("PROCESSING", "CAPTURED"),
    ]
    assert {each["actor"] for each in seen["history"]} == {f"user:{till.payer}"}


@pytest.mark.parametrize(
    ("method", "code"), [("tok_decline", "card_declined"), ("tok_insufficient", "insufficient_funds")]
)
def test_a_declined_card_leaves_the_payment_to_be_paid_with_another(till, books, types, method, code):
    payment_id = till.due()

    declined = till.confirm(payment_id, method).json
    paid = till.confirm(payment_id, "tok_ok").json

    assert (declined["status"], declined["failure"]) == ("FAILED", code)
    assert (paid["status"], paid["failure"]) == ("CAPTURED", "")
    assert types() == ["payment.failed", "payment.captured"]
    assert books()["clearing"] == -10_000


@pytest.mark.parametrize(("answer", "status"), [("passed", "CAPTURED"), ("failed", "FAILED")])
def test_a_challenge_is_answered_by_the_payer(till, answer, status):
    payment_id = till.due()

    asked = till.confirm(payment_id, "tok_3ds").json
    unanswered = till.confirm(payment_id, "").json
    done = till.confirm(payment_id, "", data={"challenge": answer}).json

    assert (asked["status"], asked["client"]) == ("ACTION_REQUIRED", {"challenge": "passed | failed"})
    assert unanswered["status"] == "ACTION_REQUIRED"
    assert done["status"] == status


@pytest.mark.parametrize("method", ["tok_timeout", "tok_down"])
def test_a_lost_answer_is_asked_for_again_and_the_payer_is_charged_once(till, books, clock, work, method):
    payment_id = till.due()

    lost = till.confirm(payment_id, method).json
    again = till.confirm(payment_id, method).json
    clock.advance(timedelta(minutes=3))
    work()

    assert (lost["status"], again["status"]) == ("PROCESSING", "PROCESSING")
    assert api.payment(payment_id).status == "CAPTURED"
    assert books()["clearing"] == -10_000
    assert captures() == 1


def test_a_worker_that_died_between_the_call_and_its_record_is_resumed(till, books, clock, work):
    payment_id = till.due()
    operation = operations.confirm(rows.own(payment_id, till.payer), "test", {"method": "tok_ok"})
    test_gateway.TestGateway().create_intent(operations._charge(operation))  # and then the power goes

    unclaimed = till.confirm(payment_id, "tok_ok").json
    clock.advance(timedelta(minutes=3))
    work()

    assert unclaimed["status"] == "PROCESSING"
    assert api.payment(payment_id).status == "CAPTURED"
    assert (books()["clearing"], captures()) == (-10_000, 1)


def test_of_many_confirmations_at_once_one_charges(app, till, books):
    payment_id = till.due()

    def pay():
        try:
            return confirming.confirm(payment_id, till.payer, method="tok_ok").status
        finally:
            app.db.release()

    outcomes = Counter(race(*[pay] * 12))

    assert set(outcomes) <= {"PROCESSING", "CAPTURED"}
    assert api.payment(payment_id).status == "CAPTURED"
    assert (books()["clearing"], captures(), Operation.select().count()) == (-10_000, 1, 1)


def test_manual_capture_authorises_first_and_takes_the_money_once(till, treasurer, books, types):
    payment_id = till.due(capture="manual")

    authorised = till.confirm(payment_id).json
    before = books()
    answers = [treasurer.post(f"/v1/payments/{payment_id}/capture") for _ in range(2)]

    assert (authorised["status"], before) == ("AUTHORISED", {})
    assert [(each.status, each.json["status"]) for each in answers] == [(200, "CAPTURED")] * 2
    assert books()["clearing"] == -10_000
    assert types() == ["payment.authorised", "payment.captured"]


def test_what_is_authorised_can_be_let_go(till, treasurer, work, books):
    payment_id = till.paid(capture="manual")

    answer = treasurer.post(f"/v1/payments/{payment_id}/cancel", {"reason": "Sold out"})
    work()

    assert answer.json["status"] == "CANCELLED"
    ref = Payment.get_by_id(payment_id).intent
    assert test_gateway.TestGateway().fetch(ref).status == "cancelled"
    assert books() == {}


def test_nobody_pays_late(till, clock, work, types):
    payment_id = till.due()

    clock.advance(timedelta(minutes=61))
    till.client = till.client.as_user(till.payer)
    late = till.confirm(payment_id)
    work()
    gone = till.confirm(payment_id)

    assert (late.status, late.problem) == (409, "payment-status")
    assert (gone.status, gone.json["current"]) == (409, "EXPIRED")
    assert types() == ["payment.expired"]


def test_one_run_of_the_clock_ends_all_that_nobody_paid(till, clock):
    many = expiry.BATCH + 1
    for _ in range(many):
        till.due()
    clock.advance(timedelta(minutes=61))

    assert expiry.expire() == many


def test_money_that_comes_for_an_expired_payment_goes_back(app, till, webhook, clock, work, books, types):
    payment_id = till.due()
    till.confirm(payment_id, "tok_3ds")
    ref = Payment.get_by_id(payment_id).intent
    clock.advance(timedelta(minutes=61))
    test_gateway.settle(ref, "captured")  # the payer passes the challenge as the time runs out
    app.db.release()

    work()
    told = [webhook(payment_id).json["outcome"] for _ in range(2)]
    work()

    assert told == ["known", "known"]  # the cancellation had found it out already
    assert api.payment(payment_id).status == "EXPIRED"
    assert books() == {}
    assert Operation.select().where(Operation.kind == "stray", Operation.state == "DONE").count() == 1
    assert types() == ["payment.expired"]


def test_an_illegal_transition_names_the_allowed_ones(till, treasurer):
    payment_id = till.paid()

    answer = treasurer.post(f"/v1/payments/{payment_id}/cancel", {})

    assert (answer.status, answer.problem) == (409, "payment-status")
    assert (answer.json["current"], answer.json["allowed"]) == ("CAPTURED", ["REFUNDED"])


def test_the_same_thing_is_due_once_under_the_same_terms(app, till):
    ref = f"order:{uuid7()}"
    first = till.due(ref=ref)

    assert till.due(ref=ref) == first
    with pytest.raises(api.PaymentDiffers):
        till.due(9_999, ref=ref)
    api.cancel(first, "system", "Changed")
    assert till.due(9_999, ref=ref) != first


def test_what_is_due_once_is_not_due_again_when_it_has_ended(app, till):
    ref = f"order:{uuid7()}"
    first = till.due(ref=ref, once=True)
    api.cancel(first, "system", "Changed")

    assert till.due(ref=ref, once=True) == first
    assert api.payment(first).status == "CANCELLED"
    assert till.due(ref=ref) != first


def test_those_who_make_one_payment_due_at_once_make_one(app, till):
    ref = f"order:{uuid7()}"

    def due():
        try:
            return till.due(ref=ref)
        finally:
            app.db.release()

    assert len(set(race(*[due] * 8))) == 1


@pytest.mark.parametrize(("amount", "commission"), [(0, 0), (-5, 0), (100, 101), (100, -1)])
def test_amounts_that_make_no_sense_are_refused(till, amount, commission):
    with pytest.raises(Invalid):
        till.due(amount, commission)


def test_a_payment_is_its_payers_to_make_and_its_partys_to_see(till, client):
    payment_id = till.due()

    assert client.as_user().get(f"/v1/payments/{payment_id}").status == 404
    assert client.as_user().post(f"/v1/payments/{payment_id}/confirm", {}).status == 404
    seen = client.as_user(till.seller).get(f"/v1/payments/{payment_id}")
    assert (seen.status, seen.json["client"]) == (200, {})
    assert client.as_user(till.seller).post(f"/v1/payments/{payment_id}/confirm", {}).status == 404


def test_an_unknown_gateway_is_named(till):
    answer = till.confirm(till.due(), gateway="stripes")

    assert (answer.status, list(answer.faults)) == (422, ["/gateway"])


def test_nobody_pays_themselves(till):
    with pytest.raises(Invalid):
        till.due(splits=[api.Split(till.payer, 100, 0)])


def test_history_is_written_with_each_change(till):
    payment_id = till.due()
    till.confirm(payment_id, "tok_decline")

    rows = History.select().where(History.subject_id == payment_id).order_by(History.id)

    assert [(row.after, row.reason) for row in rows] == [("PROCESSING", ""), ("FAILED", "card_declined")]


def test_one_checkout_is_shared_out_by_largest_remainder(till):
    sellers = [uuid7() for _ in range(3)]

    found = api.shares(Money(1000, "JPY"), [(each, 1) for each in sellers], Money(100, "JPY"))

    assert [(one.amount, one.commission) for one in found] == [(334, 34), (333, 33), (333, 33)]

"""Methods charged without their owners: agreed to, once, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from kernel.testing import race
from plugins.payments import api
from plugins.payments.models import History, Method, Movement, Operation, Payment
from plugins.payments.models import TestIntent as Known
from plugins.payments.services import operations

pytestmark = pytest.mark.plugins("payments")
WORDS = "My card may be charged for renewals."


@pytest.fixture
def keep(till):
    """Keep a method; agree that it is charged without its owner, unless told otherwise."""

    def kept(token: str = "tok_ok", *, agreed: bool = True, **more) -> str:
        answer = till.client.post("/v1/payments/methods", {"token": token, **more})
        assert answer.status == 201, answer.text
        made = answer.json["id"]
        if agreed:
            assert agree(till, made).status == 200
        return made

    return kept


def agree(till, method_id):
    return till.client.put(f"/v1/payments/methods/{method_id}/off-session", {"consent": WORDS})


def status(payment_id):
    return api.payment(payment_id).status


def captures():
    return Movement.select().where(Movement.kind == "capture").count()


def test_what_somebody_agreed_to_is_recorded_with_its_words_and_time_and_can_be_taken_back(till, keep, clock):
    method_id = keep()
    again = agree(till, method_id).json
    [shown] = till.client.get("/v1/payments/methods").json["items"]
    noted = [
        (row.after, row.reason, row.actor) for row in History.select().where(History.subject_id == method_id)
    ]

    gone = till.client.delete(f"/v1/payments/methods/{method_id}/off-session")
    [after] = till.client.get("/v1/payments/methods").json["items"]

    assert (shown["consent"], shown["consented_at"]) == (WORDS, again["consented_at"])
    assert noted == [("CONSENTED", WORDS, f"user:{till.payer}")]
    assert (gone.status, after["consent"], after["consented_at"]) == (204, "", None)
    assert not api.charge_kept(till.due(), "system")


def test_a_payment_is_charged_to_the_default_of_those_agreed_to(till, keep, work):
    keep("tok_fee", agreed=False)
    keep("tok_decline")
    keep("tok_ok", is_default=True)
    payment_id = till.due()

    assert api.charge_kept(payment_id, "system")
    work()

    assert (status(payment_id), captures()) == ("CAPTURED", 1)


def test_nothing_is_charged_that_nobody_agreed_to(till, keep, work):
    keep(agreed=False)
    payment_id = till.due()

    assert not api.charge_kept(payment_id, "system")
    work()

    assert (status(payment_id), Operation.select().count()) == ("DUE", 0)


@pytest.mark.parametrize("path", ["/off-session", ""], ids=["withdrawn", "forgotten"])
def test_what_is_taken_back_before_the_gateway_was_asked_is_not_charged(till, keep, work, path):
    method_id = keep()
    payment_id = till.due()
    assert api.charge_kept(payment_id, "system")

    assert till.client.delete(f"/v1/payments/methods/{method_id}{path}").status == 204
    work()

    declined = Payment.get_by_id(payment_id)
    assert (declined.status, declined.failure, captures()) == ("FAILED", "consent_withdrawn", 0)


@pytest.mark.parametrize("token", ["tok_ok", "tok_timeout", "tok_down"])
def test_eight_who_charge_at_once_charge_once_though_the_answer_is_lost(till, keep, work, clock, token):
    keep(token)
    payment_id = till.due()
    till.client.app.db.release()

    outcomes = race(*[lambda: api.charge_kept(payment_id, "system")] * 8)
    for _ in range(4):
        work()
        clock.advance(timedelta(seconds=130))
        operations.sweep()

    assert outcomes == [True] * 8
    assert (status(payment_id), captures()) == ("CAPTURED", 1)
    assert Operation.select().where(Operation.kind == "confirm").count() == 1
    assert Known.select().count() == 1


def test_a_declined_charge_says_so_and_may_be_made_again(till, keep, work):
    keep("tok_decline")
    payment_id = till.due()
    api.charge_kept(payment_id, "system")
    work()
    declined = Payment.get_by_id(payment_id)
    till.client.delete(
        f"/v1/payments/methods/{till.client.get('/v1/payments/methods').json['items'][0]['id']}"
    )
    keep("tok_ok")

    again = api.charge_kept(payment_id, "system")
    work()

    assert (declined.status, declined.failure, declined.off_session) == ("FAILED", "card_declined", True)
    assert (again, status(payment_id), captures()) == (True, "CAPTURED", 1)


def test_a_charge_the_bank_wants_the_payer_for_waits_for_them(till, keep, work):
    method_id = till.client.post("/v1/payments/methods", {"token": "tok_3ds"}).json["id"]
    first, second = agree(till, method_id).json, agree(till, method_id).json
    payment_id = till.due()
    api.charge_kept(payment_id, "system")
    work()
    waiting, again = status(payment_id), api.charge_kept(payment_id, "system")

    done = till.confirm(payment_id, "", data={"challenge": "passed"})

    assert (first["consented_at"], first["client"]) == (None, {"challenge": "passed"})
    assert (second["consented_at"] is not None, second["client"]) == (True, {})
    assert (waiting, again, done.json["status"]) == ("ACTION_REQUIRED", False, "CAPTURED")


def test_a_method_that_cannot_be_kept_or_that_one_is_paid_by_is_refused(till, keep, client):
    unkept = agree(till, keep("tok_unkept", agreed=False))
    bank = till.client.post("/v1/payments/methods", {"token": "acct_ok", "use": "payout"}).json["id"]
    foreign = client.as_user().put(f"/v1/payments/methods/{bank}/off-session", {"consent": WORDS})

    assert (unkept.status, unkept.problem, unkept.json["code"]) == (409, "method-refused", "not_reusable")
    assert (agree(till, bank).status, foreign.status) == (422, 404)


def test_what_another_account_has_kept_is_refused_without_a_word_about_whose_it_is(till, keep):
    method_id = keep("tok_3ds", agreed=False)
    agree(till, method_id)
    mine = Method.get_by_id(method_id)
    theirs = Method.create(
        owner_id=uuid7(), gateway="test", use="pay", token="tok_3ds", label="", is_default=True,
        kept=f"tok_3ds/{mine.setup}",
    )  # fmt: skip

    refused = agree(till, method_id)

    assert (refused.status, refused.problem, refused.json["code"]) == (409, "method-refused", "not_yours")
    assert str(theirs.owner_id) not in refused.text
    assert Method.get_by_id(method_id).consented_at is None

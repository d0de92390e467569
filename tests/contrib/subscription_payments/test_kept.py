"""Renewals charged to what people let be charged: once, dunned, confirmed where a bank wants that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import app as running
from kernel import uuid7
from kernel.testing import race
from plugins.accounts import api as accounts
from plugins.payments.models import Movement, Operation
from plugins.subscriptions.services import renewing

pytestmark = pytest.mark.plugins("subscription_payments")
URL = "/v1/subscriptions"


class Member:
    """Somebody with a paid subscription, signed in anew for each step."""

    def __init__(self, client: Any, work: Any) -> None:
        email = f"{uuid7().hex}@example.com"
        self.first = client.as_user(accounts.create_user(name="Ada", email=email, verified=True))
        trial = self.client.post(URL, {"plan": "STANDARD"}).json
        self.client.post(f"{URL}/{trial['id']}/cancel", {"at_once": True})
        self.made = self.client.post(URL, {"plan": "STANDARD"}).json
        self.client.post(f"{self.made['due']['url']}/confirm", {"method": "tok_ok"})
        work()

    @property
    def client(self) -> Any:
        return self.first.as_user(self.first.user_id)

    def agree(self, token: str) -> str:
        method_id = self.client.post("/v1/payments/methods", {"token": token, "is_default": True}).json["id"]
        for _ in range(2):  # a bank may want its owner first
            said = {"consent": "Charge it for renewals."}
            assert self.client.put(f"/v1/payments/methods/{method_id}/off-session", said).status == 200
        return str(method_id)

    def sees(self) -> dict[str, Any]:
        return self.client.get(f"{URL}/{self.made['id']}").json

    def charges(self) -> list[str]:
        return [each["status"] for each in self.client.get(f"{URL}/{self.made['id']}/charges").json["items"]]

    def told(self) -> list[str]:
        rows = running.db.rows(
            "SELECT type FROM notifications_notification WHERE user_id = %s AND type LIKE 'subscriptions.%%' "
            "ORDER BY created_at, type",
            (self.first.user_id,),
        )
        return [name.removeprefix("subscriptions.") for (name,) in rows]


@pytest.fixture
def ada(client, work) -> Member:
    return Member(client, work)


def captures() -> int:
    return Movement.select().where(Movement.kind == "capture").count()


def test_a_renewal_is_charged_once_though_the_job_runs_five_times_at_once(ada, clock, work):
    ada.agree("tok_ok")
    told = ada.told()
    clock.advance(timedelta(days=32))
    running.db.release()

    race(*[renewing.take_due_steps] * 5)
    for _ in range(3):
        work()

    assert (ada.sees()["status"], ada.sees()["due"], ada.charges()) == ("ACTIVE", None, ["PAID", "PAID"])
    assert captures() == 2
    assert ada.told() == told


def test_a_charge_whose_answer_was_lost_is_not_made_again(ada, clock, work):
    ada.agree("tok_timeout")
    clock.advance(timedelta(days=32))
    renewing.take_due_steps()
    work()
    meanwhile = ada.sees()["status"]

    clock.advance(timedelta(minutes=5))
    work()

    assert (meanwhile, ada.sees()["status"], captures()) == ("ACTIVE", "ACTIVE", 2)
    assert ada.charges() == ["PAID", "PAID"]


def test_a_declined_renewal_is_past_due_told_of_and_charged_anew_until_another_method_pays(ada, clock, work):
    ada.agree("tok_decline")
    clock.advance(timedelta(days=32))
    renewing.take_due_steps()
    work()
    work()
    first = ada.sees()["status"]
    clock.advance(timedelta(days=1, minutes=1))
    renewing.take_due_steps()
    work()
    work()
    second = ada.told()

    ada.agree("tok_ok")
    clock.advance(timedelta(days=2, minutes=1))
    renewing.take_due_steps()
    work()
    work()

    assert (first, second[-2:]) == ("PAST_DUE", ["declined", "declined"])
    assert (ada.sees()["status"], ada.charges(), captures()) == ("ACTIVE", ["PAID", "PAID"], 2)
    assert Operation.select().where(Operation.kind == "confirm").count() == 4


def test_where_the_bank_wants_the_payer_they_are_told_and_confirm_it(ada, clock, work):
    ada.agree("tok_3ds")
    clock.advance(timedelta(days=32))
    renewing.take_due_steps()
    work()
    work()
    told, due = ada.told(), ada.sees()["due"]["url"]

    answer = ada.client.post(f"{due}/confirm", {"data": {"challenge": "passed"}})
    work()

    assert told[-1] == "confirm"
    assert answer.json["status"] == "CAPTURED"
    assert (ada.sees()["status"], captures()) == ("ACTIVE", 2)


def test_a_renewal_is_not_charged_to_what_was_taken_back(ada, clock, work):
    method_id = ada.agree("tok_ok")
    ada.client.delete(f"/v1/payments/methods/{method_id}/off-session")
    clock.advance(timedelta(days=32))

    renewing.take_due_steps()
    work()

    assert (ada.charges(), captures(), ada.told()[-1]) == (["OPEN", "PAID"], 1, "due")


def test_an_upgrade_waits_for_the_person_who_is_there(ada, work):
    ada.agree("tok_ok")

    ada.client.patch(f"{URL}/{ada.made['id']}", {"plan": "PREMIUM"})
    work()

    assert ada.sees()["due"] is not None
    assert captures() == 1

"""Subscriptions paid by the test gateway, over HTTP; the ledger balances after each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plugins.payments.services.trial import trial_balance
from plugins.subscriptions.services import renewing

pytestmark = pytest.mark.plugins("subscription_payments")
URL = "/v1/subscriptions"


class Member:
    """Somebody who subscribes and pays, signed in anew for each step."""

    def __init__(self, client: Any) -> None:
        self.first = client.as_user()

    @property
    def client(self) -> Any:
        return self.first.as_user(self.first.user_id)

    def subscribe(self) -> dict[str, Any]:
        """Subscribe for the second time: the first was the trial."""
        trial = self.client.post(URL, {"plan": "STANDARD"}).json
        self.client.post(f"{URL}/{trial['id']}/cancel", {"at_once": True})
        answer = self.client.post(URL, {"plan": "STANDARD"})
        assert answer.status == 201, answer.text
        return answer.json

    def pay(self, made: dict[str, Any], method: str = "tok_ok") -> Any:
        return self.client.post(f"{self.sees(made)['due']['url']}/confirm", {"method": method})

    def sees(self, made: dict[str, Any]) -> dict[str, Any]:
        return self.client.get(f"{URL}/{made['id']}").json

    def plan(self) -> str:
        return self.client.get(f"{URL}/current").json["plan"]


@pytest.fixture
def ada(client) -> Member:
    return Member(client)


def books():
    """Return what is on which kind of account, in minor units."""
    found = trial_balance()
    assert found["balanced"], found
    held = found["currencies"].get("USD", {"balances": {}})["balances"]
    return {kind: amount for kind, amount in held.items() if amount}


def test_a_subscription_begins_when_its_payment_is_captured(ada, work):
    made = ada.subscribe()
    before = ada.plan()

    paid = ada.pay(made)
    work()

    assert (before, paid.status, ada.plan()) == ("FREE", 200, "STANDARD")
    assert ada.sees(made)["due"] is None
    assert abs(books()["commission"]) == 900


def test_a_declined_payment_is_tried_again(ada, work):
    made = ada.subscribe()

    ada.pay(made, "tok_decline")
    work()
    meanwhile = ada.plan()
    ada.pay(made)
    work()

    assert (meanwhile, ada.plan()) == ("FREE", "STANDARD")


def test_an_upgrade_and_a_renewal_are_payments_of_their_own(ada, clock, work):
    made = ada.subscribe()
    ada.pay(made)
    work()

    ada.client.patch(f"{URL}/{made['id']}", {"plan": "PREMIUM"})
    ada.pay(made)
    work()
    upgraded = ada.plan()
    clock.advance(timedelta(days=32))
    work()
    renewal = ada.sees(made)["due"]
    ada.pay(made)
    work()

    assert (upgraded, renewal["amount"]["amount"]) == ("PREMIUM", 2900)
    charges = ada.client.get(f"{URL}/{made['id']}/charges").json["items"]
    assert [(each["kind"], each["status"]) for each in charges] == [
        ("period", "PAID"),
        ("upgrade", "PAID"),
        ("period", "PAID"),
    ]
    assert abs(books()["commission"]) == sum(each["amount"]["amount"] for each in charges)


def test_a_reminder_is_about_the_same_payment(ada, clock, work):
    made = ada.subscribe()
    ada.pay(made)
    work()
    clock.advance(timedelta(days=32))
    renewing.take_due_steps()
    first = ada.sees(made)["due"]["url"]

    clock.advance(timedelta(days=1, minutes=1))
    renewing.take_due_steps()

    assert ada.sees(made)["status"] == "PAST_DUE"
    assert ada.sees(made)["due"]["url"] == first
    ada.pay(made)
    work()
    assert ada.sees(made)["status"] == "ACTIVE"


def test_what_was_cancelled_is_not_to_be_paid_any_more(ada, work):
    made = ada.subscribe()
    url = made["due"]["url"]

    ada.client.post(f"{URL}/{made['id']}/cancel", {})
    work()
    late = ada.client.post(f"{url}/confirm", {"method": "tok_ok"})

    assert late.status == 409
    assert (ada.plan(), books()) == ("FREE", {})


def test_what_was_paid_as_it_was_cancelled_is_paid_back(ada, work):
    made = ada.subscribe()

    ada.pay(made)
    ada.client.post(f"{URL}/{made['id']}/cancel", {"at_once": True})
    work()

    payment = ada.client.get(made["due"]["url"]).json
    assert (ada.plan(), payment["refunded"]["amount"]) == ("FREE", 900)
    assert not books().get("commission")

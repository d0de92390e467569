"""Money and time, at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel.events.dispatcher import Dispatcher
from kernel.testing import race
from plugins.bookings.services import clockwork
from plugins.payments.models import Payment
from plugins.payments.services import expiry
from tests.contrib.booking_payments.conftest import HELD
from tests.plugins.bookings.conftest import at

pytestmark = pytest.mark.plugins("booking_payments", "listings")


def test_of_fifty_who_want_one_time_one_holds_it_and_pays(desk, person, work):
    people = [person() for _ in range(10)] * 5

    answers = race(*[lambda who=who: who.book(desk.salon.ref, at(9)) for who in people])
    [(winner, won)] = [(who, each) for who, each in zip(people, answers, strict=True) if each.status == 201]
    desk.pay(won.json["id"], who=winner)
    work()

    assert Counter(each.status for each in answers) == {201: 1, 409: 49}
    assert (desk.status(won.json["id"]), desk.books()) == ("CONFIRMED", HELD)


def test_fifty_payments_of_one_booking_at_once_are_one(desk, work):
    booking = desk.book()

    bills = race(*[lambda: desk.bill(booking) for _ in range(25)])
    payment = next(each.json["id"] for each in bills if each.status == 200)
    paid = race(*[lambda: desk.confirm(payment) for _ in range(25)])
    work()

    assert {each.status for each in bills} <= {200, 409}
    assert {each.status for each in paid} <= {200, 409}
    assert Payment.select().count() == 1
    assert (desk.status(booking), desk.books()) == ("CONFIRMED", HELD)


@pytest.mark.parametrize("round_", range(5))
def test_captured_at_the_instant_the_hold_ends_is_booked_or_paid_back(desk, work, client, round_):
    booking = desk.book()
    payment = desk.pay(booking, "tok_processing").json["id"]
    desk.wait(minutes=15)

    told = Dispatcher(desk.app.bus).drain
    race(lambda: desk.settle(payment, client), clockwork.expire, expiry.expire, told)
    work()

    assert (desk.status(booking), desk.books()) in [("CONFIRMED", HELD), ("EXPIRED", {})]
    assert desk.app.bus.operations.dead_count() == {}


def test_cancelled_and_paid_at_once_is_cancelled_and_paid_back(desk, work):
    booking = desk.book()
    payment = desk.bill(booking).json["id"]

    race(lambda: desk.confirm(payment), lambda: desk.cancel(booking), Dispatcher(desk.app.bus).drain)
    work()

    assert (desk.status(booking), desk.books()) == ("CANCELLED", {})


def test_completed_and_refunded_at_once_pays_one_of_them(desk, work, client):
    booking = desk.book()
    payment = desk.pay(booking).json["id"]
    work()
    desk.wait(days=2)
    desk.salon.provider.sign_in()
    treasurer = client.as_user(None, "treasurer")

    race(
        lambda: desk.salon.provider.step(booking, "complete"),
        lambda: treasurer.post(f"/v1/payments/{payment}/refunds", {}),
        Dispatcher(desk.app.bus).drain,
    )
    work()

    assert desk.books() in [{}, {"clearing": -4_900, "wallet": 4_900}]
    assert desk.app.bus.operations.dead_count() == {}

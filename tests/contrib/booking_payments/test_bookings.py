"""A booking and its payment follow each other, whichever moves first."""

from __future__ import annotations

import pytest

from kernel.events.dispatcher import Dispatcher
from plugins.payments import api
from plugins.payments.models import Payment
from tests.contrib.booking_payments.conftest import HELD, PRICE, SETTLED
from tests.plugins.bookings.conftest import MONDAY, at, days_after

pytestmark = pytest.mark.plugins("booking_payments", "listings")


def test_a_booking_is_held_until_it_is_paid_and_then_confirmed(desk, work):
    booking = desk.book()
    held = desk.customer.see(booking).json

    asked = desk.customer.step(booking, "request")
    desk.pay(booking)
    work()

    assert (held["status"], held["payment_url"]) == ("HELD", f"/v1/booking-payments/{booking}")
    assert "request" not in held["allowed"]
    assert (asked.status, asked.problem) == (409, "booking-unpaid")
    assert asked.json["payment_url"] == held["payment_url"]
    assert (desk.status(booking), desk.customer.see(booking).json["payment_url"]) == ("CONFIRMED", None)
    assert desk.books() == HELD


def test_what_costs_nothing_is_booked_without_a_payment(desk, person, client):
    provider = person()
    made = provider.client.get(f"/v1/listings/{desk.salon.ref.partition(':')[2]}").json
    body = {"type": "SERVICE", "title": "A talk", "status": "ACTIVE", "category_id": made["category"]["id"]}
    free = provider.client.post("/v1/listings", {**body, "price": {"amount": 0, "currency": "USD"}})
    ref = f"listing:{free.json['id']}"
    hours = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
    opened = {"ref": ref, "timezone": "UTC", "duration": 60, "step": 60, "hours": hours}
    provider.client.post("/v1/bookings/resources", opened)

    booked = desk.customer.book(ref, at(9))

    assert (booked.json["status"], booked.json["payment_url"]) == ("PENDING", None)
    assert desk.bill(booked.json["id"]).status == 404


def test_the_bill_is_one_and_only_its_customers(desk, client):
    booking = desk.book()

    first, second = desk.bill(booking), desk.bill(booking)

    assert first.json["id"] == second.json["id"]
    assert (first.json["amount"]["amount"], first.json["late_refund_percent"]) == (PRICE, 50)
    assert first.json["full_refund_until"].startswith("2027-02-28T09:00")
    assert desk.bill(booking, desk.salon.provider).status == 404
    assert client.as_user().post(f"/v1/booking-payments/{booking}").status == 404


def test_what_is_to_be_paid_counts_as_a_hold(desk):
    for hour in (1, 2, 3):
        desk.book(hour)

    answer = desk.customer.book(desk.salon.ref, at(4))

    assert (answer.status, answer.problem) == (409, "too-many-holds")


def test_the_provider_is_paid_when_it_took_place(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()

    desk.wait(days=2)
    desk.salon.provider.sign_in()
    done = desk.salon.provider.step(booking, "complete")
    work()

    assert done.status == 200, done.text
    assert desk.books() == SETTLED


def test_the_provider_is_paid_when_nobody_came(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()

    desk.wait(days=2)
    desk.salon.provider.sign_in()
    desk.salon.provider.step(booking, "no-show")
    work()

    assert (desk.status(booking), desk.books()) == ("NO_SHOW", SETTLED)


def test_a_booking_months_ahead_is_not_released_by_the_clock(desk, work):
    desk.salon.change(max_ahead=400_000)
    booked = desk.customer.book(desk.salon.ref, at(9, day=days_after(MONDAY, 90)))
    desk.pay(booked.json["id"])
    work()

    desk.wait(days=60)
    work()

    assert desk.books() == HELD


def test_all_goes_back_when_the_provider_cancels(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()
    desk.wait(hours=44)  # an hour before it begins

    desk.cancel(booking, by_provider=True)
    work()

    assert (desk.status(booking), desk.books()) == ("CANCELLED", {})


def test_all_goes_back_when_the_customer_cancels_in_time(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()

    desk.cancel(booking)
    work()

    assert desk.books() == {}


def test_half_goes_back_when_the_customer_cancels_late(desk, work):
    booking = desk.book()
    payment = desk.pay(booking).json["id"]
    work()
    desk.wait(hours=44)

    answer = desk.cancel(booking)
    work()

    assert answer.status == 200, answer.text
    assert desk.books() == {"clearing": -PRICE // 2, "wallet": PRICE // 2}
    assert api.payment(payment).refunded.amount == PRICE // 2


def test_who_moves_a_booking_away_at_the_last_minute_cancels_late(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()
    desk.wait(hours=44)
    desk.customer.sign_in()
    moved = desk.customer.step(booking, "reschedule", {"starts_at": at(9, day=days_after(MONDAY, 20))})

    desk.cancel(booking)
    work()

    assert moved.status == 200, moved.text
    assert desk.books() == {"clearing": -PRICE // 2, "wallet": PRICE // 2}


def test_a_paid_booking_that_the_provider_does_not_confirm_anew_is_paid_back(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()
    desk.customer.step(booking, "reschedule", {"starts_at": at(12)})

    desk.salon.provider.step(booking, "decline", {"reason": "Full"})
    work()

    assert (desk.status(booking), desk.books()) == ("CANCELLED", {})


def test_what_is_not_paid_in_time_is_free_again_and_not_to_be_paid(desk, work, person):
    booking = desk.book()
    payment = desk.bill(booking).json["id"]

    desk.wait(minutes=16)
    work()
    desk.customer.sign_in()
    late = desk.confirm(payment)

    assert desk.status(booking) == "EXPIRED"
    assert (late.status, late.problem) == (409, "payment-status")
    assert desk.book(9, person())


def test_a_hold_let_go_is_not_to_be_paid(desk, work):
    booking = desk.book()
    payment = desk.bill(booking).json["id"]

    desk.cancel(booking)
    work()

    assert Payment.get_by_id(payment).status == "CANCELLED"


def test_money_that_comes_after_the_hold_goes_back(desk, work, client, person):
    booking = desk.book()
    payment = desk.pay(booking, "tok_processing").json["id"]
    desk.wait(minutes=16)
    work()
    other = desk.book(9, person())

    answer = desk.settle(payment, client)
    work()

    assert answer.status == 200, answer.text
    assert (desk.status(booking), desk.status(other)) == ("EXPIRED", "HELD")
    assert desk.books() == {}


def test_money_that_comes_after_the_hold_still_books_what_nobody_took(desk, work, client):
    booking = desk.book()
    payment = desk.pay(booking, "tok_processing").json["id"]
    desk.wait(minutes=16)

    desk.settle(payment, client)
    Dispatcher(desk.app.bus).drain()

    assert (desk.status(booking), desk.books()) == ("CONFIRMED", HELD)


def test_a_payment_refunded_as_a_whole_cancels_the_booking(desk, work, client):
    booking = desk.book()
    payment = desk.pay(booking).json["id"]
    work()

    asked = {"amount": {"amount": 900, "currency": "USD"}}
    client.as_user(None, "treasurer").post(f"/v1/payments/{payment}/refunds", asked)
    work()
    after_part = desk.status(booking)
    client.as_user(None, "treasurer").post(f"/v1/payments/{payment}/refunds", {})
    work()

    assert (after_part, desk.status(booking), desk.books()) == ("CONFIRMED", "CANCELLED", {})


def test_events_told_again_change_nothing(desk, work):
    booking = desk.book()
    desk.pay(booking)
    work()
    desk.wait(hours=44)
    desk.cancel(booking)
    work()
    before = desk.books()

    desk.app.bus.operations.replay("booking_payments.book")
    work()

    assert desk.books() == before == {"clearing": -PRICE // 2, "wallet": PRICE // 2}

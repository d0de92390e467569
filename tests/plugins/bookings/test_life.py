"""A booking from its placing to its end: who may do what, when, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugins.accounts.services import erasure
from tests.plugins.bookings.conftest import MONDAY, MORNINGS, URL, at, days_after

pytestmark = pytest.mark.plugins("bookings", "listings")


def history(who, booking):
    return [(one["transition"], one["party"], one["status"]) for one in who.see(booking).json["history"]]


def test_a_booking_is_placed_confirmed_and_completed(resource, person, now, work, mailbox):
    salon, customer = resource(), person()

    made = customer.book(salon.ref, at(9), note="Short, please")
    booking = made.json["id"]
    confirmed = salon.provider.step(booking, "confirm")
    early = salon.provider.step(booking, "complete")
    now.advance(timedelta(days=2))
    salon.provider.sign_in()
    done = salon.provider.step(booking, "complete")
    work()

    assert (made.status, made.json["status"]) == (201, "PENDING")
    assert made.headers["location"] == f"{URL}/{booking}"
    assert made.json["price"] == {"amount": 4900, "currency": "USD"}
    assert confirmed.json["status"] == "CONFIRMED"
    assert early.status == 409
    assert done.json["status"] == "COMPLETED"
    assert history(salon.provider, booking) == [
        ("place", "customer", "PENDING"),
        ("confirm", "provider", "CONFIRMED"),
        ("complete", "provider", "COMPLETED"),
    ]
    assert sorted(mail["subject"] for mail in mailbox(customer.email)) == [
        "Haircut is now completed",
        "Haircut is now confirmed",
        "Your booking of Haircut",
    ]
    [mail] = mailbox(salon.provider.email)
    assert mail["subject"].startswith("Haircut: booked for")


def test_a_provider_who_confirms_by_itself_has_it_confirmed_at_once(resource, person):
    salon = resource(auto_confirm=True)

    assert person().book(salon.ref, at(9)).json["status"] == "CONFIRMED"


def test_a_transition_that_is_not_allowed_names_those_that_are(resource, person):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json

    foreign = customer.step(booking["id"], "confirm")
    early = salon.provider.step(booking["id"], "no-show")

    assert booking["allowed"] == ["cancel"]
    assert (foreign.status, foreign.json["allowed"]) == (409, ["cancel"])
    assert early.json["allowed"] == ["confirm", "decline", "cancel"]
    assert early.json["type"] == "/problems/booking-status"


def test_a_time_between_the_offered_ones_and_ones_own_service_are_refused(resource, person):
    salon, customer = resource(hours=MORNINGS), person()

    between = customer.book(salon.ref, at(9, 30))
    outside = customer.book(salon.ref, at(15))
    own = salon.provider.book(salon.ref, at(9))

    assert [each.json["type"] for each in (between, outside)] == ["/problems/slot-not-offered"] * 2
    assert own.status == 409


def test_what_was_booked_stays_as_it_was(resource, person):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json
    listing = f"/v1/listings/{salon.ref.removeprefix('listing:')}"

    salon.provider.client.patch(listing, {"title": "Shave", "price": {"amount": 1, "currency": "USD"}})
    salon.change(duration=30, cancel_notice=0, timezone="Asia/Tokyo")
    salon.provider.client.delete(listing)

    assert customer.see(booking["id"]).json == booking


def test_a_held_time_is_kept_until_its_end_and_then_free(resource, times, person, now, work):
    salon, customer, other = resource(hours=MORNINGS), person(), person()
    held = customer.book(salon.ref, at(9), hold=True).json

    taken = other.book(salon.ref, at(9)).status
    before = times(salon, MONDAY)
    now.advance(timedelta(minutes=16))

    assert (held["status"], held["allowed"]) == ("HELD", ["request", "cancel"])
    assert taken == 409
    assert before == ["10:00", "11:00"]
    for who in (customer, other):
        who.sign_in()
    assert customer.see(held["id"]).json["status"] == "EXPIRED"
    assert customer.step(held["id"], "request").status == 409
    assert other.book(salon.ref, at(9)).status == 201
    assert history(customer, held["id"])[-1] == ("expire", "system", "EXPIRED")


def test_a_hold_that_is_requested_is_a_booking(resource, person, now, work):
    salon, customer = resource(auto_confirm=True), person()
    held = customer.book(salon.ref, at(9), hold=True).json["id"]

    booked = customer.step(held, "request").json
    now.advance(timedelta(minutes=20))
    work()

    assert (booked["status"], booked["held_until"]) == ("CONFIRMED", None)
    customer.sign_in()
    assert customer.see(held).json["status"] == "CONFIRMED"


def test_a_hold_is_swept_and_told_to_nobody(resource, person, now, work, mailbox):
    salon, customer = resource(), person()
    held = customer.book(salon.ref, at(9), hold=True).json["id"]

    now.advance(timedelta(minutes=16))
    work()

    customer.sign_in()
    assert history(customer, held)[-1] == ("expire", "system", "EXPIRED")
    assert mailbox(customer.email) == mailbox(salon.provider.email) == []


def test_a_request_nobody_answers_lapses_when_its_time_comes(resource, person, now, work):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    now.advance(timedelta(days=2))
    work()

    customer.sign_in()
    assert customer.see(booking).json["status"] == "EXPIRED"


def test_a_customer_cancels_in_time_and_a_provider_at_any(resource, person, now):
    salon, customer = resource(cancel_notice=24 * 60), person()
    first, second = (customer.book(salon.ref, at(hour)).json["id"] for hour in (9, 11))

    unsaid = customer.step(first, "cancel", {"reason": " "})
    cancelled = customer.step(first, "cancel", {"reason": "Ill"})
    now.advance(timedelta(hours=24))
    for who in (customer, salon.provider):
        who.sign_in()
    late = [
        customer.step(second, "cancel", {"reason": "Ill"}),
        customer.step(second, "reschedule", {"starts_at": at(20)}),
    ]
    provider = salon.provider.step(second, "cancel", {"reason": "Closed"})

    assert (unsaid.status, unsaid.json["errors"][0]["pointer"]) == (422, "/reason")
    assert cancelled.json["status"] == "CANCELLED"
    assert [each.json["type"] for each in late] == ["/problems/cancellation-window"] * 2
    assert provider.status == 200


def test_a_cancelled_time_can_be_booked_again(resource, person):
    salon, customer, other = resource(), person(), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    customer.step(booking, "cancel", {"reason": "Ill"})

    assert other.book(salon.ref, at(9)).status == 201


def test_a_booking_is_moved_and_its_old_time_is_free(resource, person, work, mailbox):
    salon, customer, other = resource(), person(), person()
    booking = customer.book(salon.ref, at(9)).json
    salon.provider.step(booking["id"], "confirm")

    stale = customer.step(booking["id"], "reschedule", {"starts_at": at(12)}, if_match='"1"')
    moved = customer.step(booking["id"], "reschedule", {"starts_at": at(10)})
    work()

    assert stale.status == 412
    assert (moved.json["starts_at"][11:16], moved.json["status"]) == ("10:00", "PENDING")
    assert other.book(salon.ref, at(9)).status == 201
    assert [one["starts_at"][11:16] for one in moved.json["history"]] == ["09:00", "09:00", "10:00"]
    assert "Haircut was moved" in [mail["subject"] for mail in mailbox(salon.provider.email)]
    assert "Haircut was moved" not in [mail["subject"] for mail in mailbox(customer.email)]


def test_a_booking_may_be_moved_by_less_than_it_lasts(resource, person):
    salon, customer = resource(step=15), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    moved = customer.step(booking, "reschedule", {"starts_at": at(9, 30)})

    assert moved.status == 200


def test_who_did_not_come_is_noted(resource, person, now):
    salon, customer = resource(auto_confirm=True), person()
    booking = customer.book(salon.ref, at(9)).json["id"]
    now.advance(timedelta(days=2))
    salon.provider.sign_in()

    answer = salon.provider.step(booking, "no-show")

    assert answer.json["status"] == "NO_SHOW"


def test_what_nobody_closes_is_completed_a_day_after_its_end(resource, person, now, work):
    salon, customer = resource(auto_confirm=True), person()
    booking = customer.book(salon.ref, at(9)).json["id"]
    found = []

    for hours in (2 * 24, 24):
        now.advance(timedelta(hours=hours))
        work()
        customer.sign_in()
        found.append(customer.see(booking).json["status"])

    assert found == ["CONFIRMED", "COMPLETED"]


def test_both_are_reminded_once_for_each_notice_and_again_after_a_move(resource, person, now, work, mailbox):
    salon, customer = resource(auto_confirm=True, cancel_notice=0), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    def reminders():
        work()
        return [
            len([mail for mail in mailbox(who.email) if mail["subject"] == "Haircut begins soon"])
            for who in (customer, salon.provider)
        ]

    counts = [reminders()]
    for hours in (22, 1, 21, 0.5):  # Sunday 10:00, 11:00; Monday 08:00, 08:30
        now.advance(timedelta(hours=hours))
        counts.append(reminders())
    customer.sign_in()
    customer.step(booking, "reschedule", {"starts_at": at(9, day=days_after(MONDAY, 3))})
    counts.append(reminders())
    now.advance(timedelta(days=2, hours=12))
    counts.append(reminders())

    assert counts == [[0, 0], [1, 1], [1, 1], [2, 2], [2, 2], [2, 2], [3, 3]]


def test_lists_are_by_time_and_each_sees_their_own(resource, person):
    salon, customer, stranger = resource(), person(), person()
    ids = [customer.book(salon.ref, at(hour)).json["id"] for hour in (9, 15, 12)]
    order = [ids[1], ids[2], ids[0]]

    def listed(who, **query):
        return [one["id"] for one in who.client.get(URL, query=query).json["items"]]

    assert listed(customer) == listed(salon.provider, **{"as": "provider"}) == order
    assert listed(customer, since=at(13)) == order[:1]
    assert listed(customer, status="CANCELLED") == listed(stranger) == listed(salon.provider) == []
    assert stranger.see(ids[0]).status == 404
    assert stranger.client.get(URL, query={"as": "operator"}).json["items"] == []


def test_an_operator_looks_after_the_bookings_of_everybody(resource, person, client):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json["id"]
    admin = client.as_admin()

    assert [one["id"] for one in admin.get(URL, query={"as": "operator"}).json["items"]] == [booking]
    assert admin.post(f"{URL}/{booking}/confirm").json["status"] == "CONFIRMED"


def test_an_account_that_goes_leaves_cancelled_bookings_without_its_words(resource, person, work, app):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9), note="My address is …").json["id"]
    told = customer.client.get("/v1/users/me/export").json["plugins"]["bookings"]["bookings"]

    erasure.delete(customer.id)
    work()

    assert [(one["title"], one["as"], one["note"]) for one in told] == [
        ("Haircut", "customer", "My address is …")
    ]
    shown = salon.provider.see(booking).json
    assert (shown["status"], shown["note"]) == ("CANCELLED", "")


@pytest.mark.plugins("bookings", "listings", "reviews")
def test_a_booking_that_took_place_is_a_transaction_to_review(resource, person, now, app):
    salon, customer = resource(auto_confirm=True), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    def asked(ref):
        return app.hooks.first("reviews_transactions", ref=ref)

    before = asked(f"booking:{booking}")
    now.advance(timedelta(days=2))
    salon.provider.sign_in()
    salon.provider.step(booking, "complete")

    assert before["completed_at"] is None
    assert asked(f"booking:{booking}")["completed_at"] == now.now()
    assert before["parties"] == {"seller": salon.provider.id, "buyer": customer.id}
    assert before["about"] == (salon.ref,)
    assert asked("booking:nonsense") is asked(f"order:{booking}") is None

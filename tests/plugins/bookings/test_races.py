"""Two who want the same time."""

from __future__ import annotations

from collections import Counter

import pytest
from peewee import IntegrityError

from kernel import uuid7
from kernel.testing import race
from tests.plugins.bookings.conftest import URL, at

pytestmark = pytest.mark.plugins("bookings", "listings")

_OVERLAPS = """
SELECT count(*) FROM bookings_booking AS a JOIN bookings_booking AS b
    ON a.id < b.id AND a.resource_id = b.resource_id AND a.lane = b.lane
WHERE a.status IN ('HELD', 'PENDING', 'CONFIRMED') AND b.status IN ('HELD', 'PENDING', 'CONFIRMED')
  AND tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)
"""


def statuses(answers):
    return Counter(each.status for each in answers)


def test_of_a_hundred_requests_for_one_time_one_is_booked(resource, person):
    salon, customers = resource(), [person() for _ in range(10)]

    answers = race(*[lambda who=who: who.book(salon.ref, at(9)) for who in customers * 10])

    assert statuses(answers) == {201: 1, 409: 99}
    assert {each.json["type"] for each in answers if each.status == 409} == {"/problems/slot-taken"}


def test_adjacent_times_are_both_booked_at_once(resource, person):
    salon = resource()
    asking = [(person(), at(hour)) for hour in range(6, 14)]

    answers = race(*[lambda who=who, when=when: who.book(salon.ref, when) for who, when in asking])

    assert statuses(answers) == {201: 8}


def test_overlapping_times_at_once_leave_no_overlap(resource, person, app):
    salon = resource(step=15, buffer_after=15, capacity=2)
    wanted = [at(9 + quarter // 4, quarter % 4 * 15) for quarter in range(12)] * 3
    asking = [(person(), when) for when in wanted]

    answers = race(*[lambda who=who, when=when: who.book(salon.ref, when) for who, when in asking])

    assert set(statuses(answers)) == {201, 409}
    assert app.db.rows(_OVERLAPS) == [(0,)]


def test_as_many_as_there_are_lanes_are_booked(resource, person):
    course, customers = resource(capacity=5), [person() for _ in range(20)]

    answers = race(*[lambda who=who: who.book(course.ref, at(9)) for who in customers])

    assert statuses(answers) == {201: 5, 409: 15}


def test_two_bookings_moved_to_one_free_time_leave_one_there(resource, person, app):
    salon, customers = resource(), [person() for _ in range(6)]
    booked = [(who, who.book(salon.ref, at(2 + index)).json["id"]) for index, who in enumerate(customers)]
    target = {"starts_at": at(20)}

    answers = race(*[lambda who=who, one=one: who.step(one, "reschedule", target) for who, one in booked])

    assert statuses(answers) == {200: 1, 409: 5}
    assert app.db.rows("SELECT count(*) FROM bookings_booking WHERE status = 'PENDING'") == [(6,)]


def test_two_who_swap_their_times_at_once_neither_deadlock_nor_overlap(resource, person, app):
    salon, (ada, ben) = resource(), (person(), person())
    first, second = ada.book(salon.ref, at(9)).json["id"], ben.book(salon.ref, at(10)).json["id"]

    answers = race(
        lambda: ada.step(first, "reschedule", {"starts_at": at(10)}),
        lambda: ben.step(second, "reschedule", {"starts_at": at(9)}),
    )

    assert statuses(answers) == {409: 2}
    assert app.db.rows(_OVERLAPS) == [(0,)]


def test_confirmed_and_cancelled_at_once_one_wins_and_history_tells_which(resource, person):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json["id"]

    answers = race(
        lambda: salon.provider.step(booking, "decline", {"reason": "Ill"}),
        lambda: customer.step(booking, "cancel", {"reason": "Busy"}),
    )

    assert statuses(answers) == {200: 1, 409: 1}
    shown = customer.see(booking).json
    assert shown["status"] == "CANCELLED"
    assert len(shown["history"]) == 2


def test_holds_at_once_do_not_exceed_the_limit(resource, person):
    salon, customer = resource(), person()

    answers = race(
        *[lambda hour=hour: customer.book(salon.ref, at(hour), hold=True) for hour in range(1, 10)]
    )

    assert statuses(answers) == {201: 3, 409: 6}


def test_a_repeated_request_is_one_booking(resource, person, app):
    salon, customer = resource(), person()
    client = customer.client.with_headers(idempotency_key="0190f3c2-once")

    answers = [client.post(URL, {"ref": salon.ref, "starts_at": at(9)}) for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert app.db.rows("SELECT count(*) FROM bookings_booking") == [(1,)]


def test_the_database_refuses_an_overlap_whoever_writes_it(resource, person, app):
    salon = resource()
    person().book(salon.ref, at(9))
    columns = (
        "resource_id, resource_number, lane, customer_id, provider_id, scope, ref, title, status, starts_at"
    )
    columns += ", ends_at, blocked_from, blocked_until, cancellable_until, timezone, note, snapshot"
    columns += ", created_at, updated_at, version"
    copy = f"INSERT INTO bookings_booking (id, {columns}) SELECT %s, {columns} FROM bookings_booking"

    with pytest.raises(IntegrityError, match="bookings_booking_no_overlap"):
        app.db.execute_sql(copy, (uuid7(),))

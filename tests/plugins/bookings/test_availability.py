"""When a service can be booked: local hours, exceptions, notice, buffers, changes of clocks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kernel.testing import count_statements
from tests.plugins.bookings.conftest import ALWAYS, MONDAY, MORNINGS, at, days_after

pytestmark = pytest.mark.plugins("bookings", "listings")

TUESDAY = days_after(MONDAY, 1)


def test_weekly_hours_are_local_times(resource, times):
    salon = resource(hours=MORNINGS, timezone="America/New_York")

    assert times(salon, MONDAY) == ["14:00", "15:00", "16:00"]
    assert times(salon, days_after(MONDAY, -1)) == []


def test_steps_and_durations_fit_into_the_hours(resource, times):
    salon = resource(hours=MORNINGS, duration=90, step=45)

    assert times(salon, MONDAY) == ["09:00", "09:45", "10:30"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 3, 27), ["00:00", "01:00", "02:00"]),  # the last night of winter: 01:00 to 04:00 is UTC+1
        (date(2027, 3, 28), ["00:00", "01:00"]),  # 02:00 does not exist: an hour less
        (date(2027, 3, 29), ["23:00", "00:00", "01:00"]),  # UTC+2
        (date(2027, 10, 31), ["23:00", "00:00", "01:00", "02:00"]),  # 02:00 comes twice: an hour more
    ],
)
def test_a_night_with_a_change_of_clocks_has_the_hours_that_pass(resource, times, day, expected):
    bar = resource(
        hours=[{"weekday": each, "start": 60, "end": 240} for each in range(7)],
        timezone="Europe/Berlin",
        max_ahead=525_600,
    )

    assert times(bar, day) == expected


def test_hours_that_begin_in_the_skipped_hour_begin_as_long_after_it(resource, times):
    hours = [{"weekday": 6, "start": 150, "end": 300}]
    bar = resource(hours=hours, timezone="Europe/Berlin", duration=30, step=30)

    assert times(bar, date(2027, 3, 28)) == ["01:30", "02:00", "02:30"]


def test_an_exception_closes_and_another_opens(resource, times):
    salon = resource(hours=MORNINGS)

    salon.except_on(MONDAY, start=600, end=660)
    salon.except_on(days_after(MONDAY, 6), opens=True, start=900, end=1020)

    assert times(salon, MONDAY) == ["09:00", "11:00"]
    assert times(salon, days_after(MONDAY, 6)) == ["15:00", "16:00"]


def test_a_blackout_of_days_wins_over_everything_until_it_is_taken_back(resource, times):
    salon = resource(hours=MORNINGS)
    salon.except_on(TUESDAY, opens=True, start=900, end=960)
    closed = salon.except_on(MONDAY, last_day=TUESDAY.isoformat(), note="Holidays").json

    shut = times(salon, MONDAY, days_after(MONDAY, 2))
    salon.provider.client.delete(f"{salon.url}/exceptions/{closed['id']}")

    assert shut == ["09:00", "10:00", "11:00"]
    assert times(salon, TUESDAY) == ["09:00", "10:00", "11:00", "15:00"]


def test_every_other_week_counts_from_the_first(resource, times):
    hours = [{"weekday": 0, "start": 540, "end": 600, "weeks": 2, "valid_from": "2027-03-03"}]
    salon = resource(hours=hours)

    found = {number: times(salon, days_after(MONDAY, 7 * number)) for number in range(4)}

    assert found == {0: [], 1: [], 2: ["09:00"], 3: []}


def test_hours_end_with_their_validity(resource, times):
    salon = resource(hours=[{**one, "valid_until": "2027-03-02"} for one in MORNINGS])

    assert times(salon, MONDAY, days_after(MONDAY, 3)) == ["09:00", "10:00", "11:00"] * 2


def test_notice_bounds_both_ends(resource, times):
    salon = resource(min_notice=45 * 60, max_ahead=60 * 60)  # Monday 09:00 to Tuesday 00:00

    assert times(salon, MONDAY, TUESDAY) == [f"{hour:02}:00" for hour in range(9, 24)] + ["00:00"]


def test_what_is_taken_with_its_buffers_is_left_out(resource, times, person):
    salon = resource(hours=MORNINGS, step=30, buffer_before=10, buffer_after=20)

    person().book(salon.ref, at(10))

    assert times(salon, MONDAY) == []
    salon.change(hours=ALWAYS)
    assert [each for each in times(salon, MONDAY) if "07:00" < each < "13:00"] == [
        "07:30",
        "08:00",
        "08:30",
        "11:30",
        "12:00",
        "12:30",
    ]


def test_each_lane_can_be_booked_once(resource, times, person):
    course = resource(hours=MORNINGS, capacity=2)
    reader = person()

    def left():
        query = {"ref": course.ref, "since": MONDAY.isoformat(), "until": MONDAY.isoformat()}
        items = reader.client.get("/v1/bookings/availability", query=query).json["items"]
        return {each["starts_at"][11:16]: each["left"] for each in items}

    statuses = [person().book(course.ref, at(10)).status for _ in range(3)]

    assert statuses == [201, 201, 409]
    assert left() == {"09:00": 2, "11:00": 2}


def test_a_closed_resource_and_an_ended_listing_offer_nothing(resource, times, person):
    salon, other = resource(hours=MORNINGS), resource(hours=MORNINGS)
    customer = person()

    salon.change(open=False)
    other.provider.client.post(f"/v1/listings/{other.ref.removeprefix('listing:')}/deactivate")

    assert times(salon, MONDAY) == []
    assert customer.book(salon.ref, at(9)).status == 409
    assert customer.book(other.ref, at(9)).status == 404


def test_an_unknown_service_and_a_month_and_a_day_are_refused(resource, person):
    salon, reader = resource(), person()
    until = (MONDAY + timedelta(days=31)).isoformat()
    query = {"ref": salon.ref, "since": MONDAY.isoformat(), "until": until}

    too_long = reader.client.get("/v1/bookings/availability", query=query)
    unknown = reader.client.get(
        "/v1/bookings/availability", query={**query, "ref": "listing:0190", "until": query["since"]}
    )

    assert (too_long.status, too_long.json["errors"][0]["parameter"]) == (422, "until")
    assert unknown.status == 404


def test_a_month_of_bookings_costs_the_statements_of_an_empty_one(resource, times, person):
    salon, customer, counts = resource(auto_confirm=True), person(), []
    times(salon, MONDAY)  # the reader is known from here on
    for hours in (range(1), range(1, 20)):
        for hour in hours:
            assert customer.book(salon.ref, at(hour)).status == 201
        with count_statements() as counted:
            times(salon, MONDAY, days_after(MONDAY, 30))
        counts.append(counted.count)

    assert counts[0] == counts[1] <= 7


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"hours": [{"weekday": 7, "start": 0, "end": 60}]}, "/hours/0/weekday"),
        ({"hours": [{"weekday": 0, "start": 60, "end": 60}]}, "/hours/0/end"),
        ({"hours": [{"weekday": 0, "start": 0, "end": 60, "weeks": 2}]}, "/hours/0/valid_from"),
        ({"capacity": 0}, "/capacity"),
        ({"duration": 0}, "/duration"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(resource, changes, pointer):
    answer = resource().change(**changes)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_only_ones_own_service_is_made_bookable_and_once(resource, service, person):
    salon, other = resource(), person()
    body = {"timezone": "UTC", "duration": 60}

    again = salon.provider.client.post("/v1/bookings/resources", {"ref": salon.ref, **body})
    foreign = other.client.post("/v1/bookings/resources", {"ref": service(person()), **body})
    product = other.client.post("/v1/bookings/resources", {"ref": service(other, type="PRODUCT"), **body})

    assert (again.status, again.json["type"]) == (409, "/problems/resource-exists")
    assert [each.json["errors"][0]["pointer"] for each in (foreign, product)] == ["/ref", "/ref"]

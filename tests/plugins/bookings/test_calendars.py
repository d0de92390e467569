"""Bookings as calendars subscribe to them, read by the library that others read them with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from kernel import SYSTEM, uuid7
from plugins.accounts import api as accounts
from plugins.accounts.services import erasure
from tests.plugins.bookings.conftest import URL, at

pytestmark = pytest.mark.plugins("bookings", "listings")

FEEDS = f"{URL}/feeds"


@pytest.fixture
def feed(client):
    """Make a feed; return its id and a function that reads it as nobody in particular."""

    def make(who, **body):
        made = who.client.post(FEEDS, body)
        assert made.status == 201, made.text
        return made.json["id"], lambda: client.get(path_of(made))

    return make


def path_of(made):
    return "/v1" + made.json["url"].partition("/v1")[2]


def events(answer):
    assert answer.status == 200, answer.text
    calendar = Calendar.from_ical(answer.body)
    assert not calendar.errors
    return calendar.walk("VEVENT")


def test_a_calendar_has_what_one_booked_and_what_is_booked_with_one(resource, person, feed):
    salon, customer = resource(), person()
    other = resource(provider=customer)
    first = customer.book(salon.ref, at(9)).json["id"]
    second = person().book(other.ref, at(11)).json["id"]
    person().book(salon.ref, at(13))

    _, read = feed(customer)
    answer = read()

    found = events(answer)
    assert [str(each["uid"]).partition("@")[0] for each in found] == [first, second]
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found[0]["dtstart"].dt == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert found[0]["dtend"].dt == datetime(2027, 3, 1, 10, tzinfo=UTC)
    assert str(found[0]["summary"]) == "Haircut (Ada)"


def test_a_calendar_follows_what_becomes_of_a_booking(resource, person, feed):
    salon, customer = resource(), person()
    booking = customer.book(salon.ref, at(9)).json["id"]
    customer.book(salon.ref, at(20), hold=True)
    _, read = feed(customer)

    told = [events(read())[0]]
    salon.provider.step(booking, "confirm")
    told.append(events(read())[0])
    salon.provider.step(booking, "reschedule", {"starts_at": at(15)})
    told.append(events(read())[0])
    customer.step(booking, "cancel", {"reason": "Ill"})
    told.append(events(read())[0])

    assert len(events(read())) == 1, "a hold is not in it"
    assert [str(each["status"]) for each in told] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({str(each["uid"]) for each in told}) == 1
    sequences = [each["sequence"] for each in told]
    assert sequences == sorted(set(sequences))
    assert told[2]["dtstart"].dt == datetime(2027, 3, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock_shows"),
    [
        (date(2027, 3, 28), ["01:00", "03:00", "04:00"]),
        (date(2027, 10, 31), ["01:00", "02:00", "02:00", "03:00", "04:00"]),
    ],
)
def test_in_a_night_with_a_change_of_clocks_each_booking_is_its_own_moment(
    resource, person, feed, now, day, clock_shows
):
    berlin = ZoneInfo("Europe/Berlin")
    now.freeze(datetime(day.year, day.month, 1, 12, tzinfo=UTC))
    hours = [{"weekday": 6, "start": 60, "end": 300}]
    salon = resource(timezone="Europe/Berlin", hours=hours, max_ahead=500_000)
    customer = person()
    query = {"ref": salon.ref, "since": day.isoformat(), "until": day.isoformat()}
    offered = customer.client.get(f"{URL}/availability", query=query).json["items"]
    times = [each["starts_at"] for each in offered]
    for each in times:
        assert customer.book(salon.ref, each).status == 201

    found = events(feed(customer)[1]())

    starts = [each["dtstart"].dt for each in found]
    assert starts == [datetime.fromisoformat(each) for each in times]
    assert [each.astimezone(berlin).strftime("%H:%M") for each in starts] == clock_shows
    assert {each["dtend"].dt - each["dtstart"].dt for each in found} == {timedelta(hours=1)}


def test_a_calendar_of_one_resource_has_its_bookings_only(resource, person, feed):
    provider = person()
    first, second = resource(provider=provider), resource(provider=provider)
    booked = person().book(first.ref, at(9)).json["id"]
    person().book(second.ref, at(9))

    _, read = feed(provider, resource_id=first.id)

    [only] = events(read())
    assert str(only["uid"]).startswith(booked)


def test_a_new_address_ends_the_old_one(person, feed, client):
    ada = person()
    feed_id, read = feed(ada)

    fresh = ada.client.post(f"{FEEDS}/{feed_id}/secret")

    assert (read().status, client.get(path_of(fresh)).status) == (404, 200)
    assert "url" not in ada.client.get(FEEDS).json["items"][0]
    assert ada.client.delete(f"{FEEDS}/{feed_id}").status == 204
    assert client.get(path_of(fresh)).status == 404
    assert client.get(f"{URL}/calendars/{'x' * 43}").status == 404


def test_one_address_a_calendar_and_no_others(person, feed, resource):
    ada, salon = person(), resource()
    feed_id, _ = feed(ada)

    again = ada.client.post(FEEDS, {})
    foreign = ada.client.post(FEEDS, {"resource_id": salon.id})
    unknown = ada.client.post(FEEDS, {"resource_id": str(uuid7())})

    assert (again.status, again.problem) == (409, "feed-exists")
    assert (foreign.status, foreign.json["type"]) == (unknown.status, unknown.json["type"])
    assert foreign.status == 404
    assert salon.provider.client.post(f"{FEEDS}/{feed_id}/secret").status == 404
    assert salon.provider.client.delete(f"{FEEDS}/{feed_id}").status == 404


def test_a_calendar_is_closed_while_its_owner_is_suspended_and_gone_with_them(person, feed):
    ada, ben = person(), person()
    _, read = feed(ada)
    _, other = feed(ben)

    accounts.change_standing(SYSTEM, ada.id, "suspended", "Spam")
    erasure.delete(ben.id)

    assert (read().status, other().status) == (404, 404)


def test_titles_with_everything_in_them_stay_titles(person, service, feed, app):
    provider, customer = person(), person()
    title = "Lesson; a, b\\n c " + "ü" * 60
    ref = service(provider, title=title)
    hours = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
    opened = {"ref": ref, "timezone": "UTC", "duration": 60, "step": 60, "hours": hours}
    assert provider.client.post(f"{URL}/resources", opened).status == 201
    customer.book(ref, at(9))

    answer = feed(customer)[1]()

    [event] = events(answer)
    assert str(event["summary"]) == f"{title} (Ada)"
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n"))

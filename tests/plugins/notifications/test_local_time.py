"""Quiet hours and digest times by the wall clock, on the nights it is changed too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.notifications.local_time import next_digest, quiet_until

NIGHT = {"start": "22:00", "end": "07:00"}
BERLIN = "Europe/Berlin"  # +1 in winter, +2 from 2026-03-29 01:00 UTC until 2026-10-25 01:00 UTC
ZONES = st.sampled_from(
    ["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
)
MOMENTS = st.integers(1704067200, 1830297600).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)  # 2024–2027
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-15T20:59", None),
        ("2026-01-15T21:00", "2026-01-16T06:00"),
        ("2026-01-16T05:59", "2026-01-16T06:00"),
        ("2026-01-16T06:00", None),
        ("2026-07-15T20:00", "2026-07-16T05:00"),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the night is an hour shorter
        ("2026-10-24T21:00", "2026-10-25T06:00"),  # and this one an hour longer
    ],
)
def test_the_night_lasts_until_seven_by_the_wall_clock(now, until):
    assert quiet_until(NIGHT, BERLIN, utc(now)) == (utc(until) if until else None)


def test_an_end_that_comes_twice_is_the_second():
    hours = {"start": "22:00", "end": "02:30"}

    assert quiet_until(hours, BERLIN, utc("2026-10-25T00:45")) == utc("2026-10-25T01:30")


def test_a_start_that_does_not_exist_has_begun_when_the_clock_jumped_over_it():
    hours = {"start": "02:30", "end": "06:00"}

    assert quiet_until(hours, BERLIN, utc("2026-03-29T01:00")) == utc("2026-03-29T04:00")


def test_hours_may_be_of_some_days_and_count_by_the_day_they_begin():
    weekend = {**NIGHT, "days": [5, 6]}  # Friday and Saturday evening

    assert quiet_until(weekend, "UTC", utc("2026-01-16T23:00")) == utc("2026-01-17T07:00")  # a Friday
    assert quiet_until(weekend, "UTC", utc("2026-01-18T01:00")) == utc(
        "2026-01-18T07:00"
    )  # Sunday, begun Saturday
    assert quiet_until(weekend, "UTC", utc("2026-01-18T23:00")) is None


def test_a_zone_of_their_own_wins_over_the_accounts():
    hours = {**NIGHT, "timezone": "Asia/Tokyo"}

    assert quiet_until(hours, "UTC", utc("2026-01-15T14:00")) == utc("2026-01-15T22:00")


@given(MOMENTS, ZONES, TIMES, TIMES)
def test_quiet_hours_end_in_time_and_hold_what_the_wall_clock_says(now, zone, start, end):
    if start == end:
        return

    until = quiet_until({"start": start, "end": end}, zone, now)

    wall = now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    is_within = start <= wall < end if start < end else wall >= start or wall < end
    if is_within:
        assert until is not None
    if until is not None:
        assert now < until <= now + timedelta(hours=26)


@given(MOMENTS, ZONES, st.integers(0, 23), st.sampled_from(["hourly", "daily"]))
def test_a_digest_comes_later_and_within_its_period(now, zone, hour, frequency):
    due = next_digest(frequency, hour, zone, now)

    longest = timedelta(hours=1, minutes=30) if frequency == "hourly" else timedelta(hours=49)
    assert now < due <= now + longest


def test_the_daily_digest_keeps_its_hour_when_clocks_change():
    before = next_digest("daily", 8, BERLIN, utc("2026-03-28T12:00"))

    assert before == utc("2026-03-29T06:00")
    assert next_digest("daily", 8, BERLIN, before) == utc("2026-03-30T06:00")


def test_the_hourly_digest_comes_at_the_full_local_hour():
    assert next_digest("hourly", 0, "Asia/Kolkata", utc("2026-01-15T12:10")) == utc("2026-01-15T12:30")

"""The ends of the calendar: moments that have no day before or after them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.plugins("bookings", "listings")
NEVER = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
HARDLY = ("1000-01-01T00:00:00Z", "9000-12-31T23:59:59Z")


@pytest.mark.parametrize("timezone", ["Pacific/Auckland", "America/Los_Angeles", "UTC"])
def test_no_moment_is_too_early_or_too_late_to_be_refused(person, resource, timezone):
    bookable, ada = resource(timezone=timezone), person()

    never = [ada.book(bookable.ref, moment) for moment in NEVER]
    hardly = [ada.book(bookable.ref, moment) for moment in HARDLY]
    listed = [
        ada.client.get("/v1/bookings/availability", query={"ref": bookable.ref, "since": day, "until": day})
        for day in ("0001-01-01", "9999-12-31", "1000-01-01", "9000-12-31")
    ]

    assert [answer.status for answer in never] == [422, 422]
    assert [(answer.status, answer.problem) for answer in hardly] == [(409, "slot-not-offered")] * 2
    assert [answer.status for answer in listed] == [422, 422, 200, 200]
    assert [answer.json["items"] for answer in listed[2:]] == [[], []]

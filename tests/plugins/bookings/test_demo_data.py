"""What `manage.py demo` shows of bookings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugins.accounts import api as accounts
from plugins.bookings.models import Booking, Resource
from plugins.bookings.states import STATUSES

pytestmark = pytest.mark.plugins("bookings", "listings")


def loaded(app, *plugins):
    hooks = dict(app.hooks.implementations("demo_data"))
    for name in plugins:
        hooks[name](app=app, progress=lambda done, total: None)


def test_the_demo_has_a_week_of_times_and_bookings_in_each_state(app, client):
    loaded(app, "accounts", "categories", "media", "listings", "bookings", "bookings")

    reader, since = client.as_user(), app.clock.now().date() + timedelta(days=2)
    resources = list(Resource.select())
    for each in resources:
        query = {
            "ref": each.ref,
            "since": since.isoformat(),
            "until": (since + timedelta(days=6)).isoformat(),
        }
        answer = reader.get("/v1/bookings/availability", query=query)
        assert answer.status == 200, answer.text
        assert len({slot["starts_at"][:10] for slot in answer.json["items"]}) >= 7
    assert len(resources) == 4
    assert {row.status for row in Booking.select()} == set(STATUSES)
    assert Booking.select().count() == len(STATUSES) * 4
    seen = client.as_admin().get("/v1/bookings", query={"as": "operator", "limit": 100}).json["items"]
    histories = [client.as_admin().get(f"/v1/bookings/{each['id']}").json["history"] for each in seen]
    assert all(history[0]["transition"] == "place" for history in histories)


@pytest.mark.plugins("bookings")
def test_the_demo_shows_bookings_where_nobody_offers_services(app):
    loaded(app, "accounts", "bookings")

    assert {row.status for row in Booking.select()} == set(STATUSES)
    assert {row.provider_id for row in Booking.select()} == {
        accounts.demo_user(30 + each) for each in range(4)
    }

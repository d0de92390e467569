"""What each plugin says of its things: every change of theirs reaches the figures by its events."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from kernel.errors import PluginError
from kernel.hooks import Hooks
from plugins.dashboards import sources
from plugins.dashboards.services import recounting
from tests.plugins.bookings.conftest import MONDAY, at, now, person, resource, service  # noqa: F401 - fixtures

PLUGINS = ("dashboards", "bookings", "buildings", "listings", "orders", "reviews", "verification")


@pytest.fixture
def counts(client, app, work):
    """Return how many there are by status once all is delivered, and hold it to a recount."""

    def read(kind, who=None, path="platform"):
        work()
        assert recounting.check().equal
        app.cache.clear()
        answer = (who or client.as_admin()).get(f"/v1/analytics/{path}")
        assert answer.status == 200, answer.text
        return answer.json["counts"].get(kind, {"by_status": {}})["by_status"]

    return read


def test_listings_are_counted_through_their_life(person, service, counts, clock):  # noqa: F811
    seller = person()
    first, second, third = (service(seller, "PRODUCT").removeprefix("listing:") for _ in range(3))
    draft = seller.client.post("/v1/listings", {"type": "PRODUCT", "title": "A lamp"}).json["id"]

    fresh = counts("listing", seller.client, "seller")
    seller.client.post(f"/v1/listings/{first}/sell")
    seller.client.post(f"/v1/listings/{second}/deactivate")
    seller.client.delete(f"/v1/listings/{draft}")
    changed = counts("listing", seller.client, "seller")
    seller.client.post(f"/v1/listings/{second}/reactivate")
    clock.advance(timedelta(days=400))
    seller.sign_in()
    later = counts("listing", seller.client, "seller")

    assert third
    assert fresh == {"ACTIVE": 3, "DRAFT": 1}
    assert changed == {"ACTIVE": 1, "SOLD": 1, "DEACTIVATED": 1}
    assert later == {"SOLD": 1, "EXPIRED": 2}


def test_a_seller_sees_the_views_of_all_their_listings(person, service, client, app, work):  # noqa: F811
    seller, viewer = person(), person()
    for _ in range(2):
        viewer.client.get(f"/v1/listings/{service(seller).removeprefix('listing:')}")
    work()

    figures = seller.client.get("/v1/analytics/seller").json["figures"]

    assert figures == {"listing_views": 2}


def test_people_are_counted_by_their_standing(person, client, counts):  # noqa: F811
    before = counts("user").get("ACTIVE", 0)
    people = [person() for _ in range(3)]
    client.as_admin().post(f"/v1/users/{people[0].id}/ban", {"reason": "Fraud"})
    banned = counts("user")
    client.as_admin().post(f"/v1/users/{people[0].id}/reactivate", {"reason": "A mistake"})

    assert (banned["BANNED"], banned["ACTIVE"]) == (1, before + 2)
    assert counts("user") == {"ACTIVE": before + 3}


@pytest.fixture
def rose(client, person):  # noqa: F811
    """Open a building; return its path below /v1/buildings, its report's, and who runs it."""
    admin = person()
    said = {"name": "Rose Court", "city": "Lisbon", "country": "PT", "admin_id": str(admin.id)}
    building_id = client.as_admin().post("/v1/buildings", said).json["id"]
    admin.client = client.as_user(admin.id, "dashboards_viewer", scope=f"building:{building_id}")
    return f"/v1/buildings/{building_id}", f"building/{building_id}", admin


def test_a_building_counts_its_members_and_who_wants_to_be_one(rose, person, counts):  # noqa: F811
    url, report, admin = rose
    inside, outside = person(), person()
    asked = inside.client.post(f"{url}/join-requests", {}).json["id"]
    admin.client.post(f"{url}/join-requests/{asked}/approve", {})
    outside.client.post(f"{url}/join-requests", {})

    joined = counts("member", admin.client, report), counts("join_request", admin.client, report)
    inside.client.post(f"{url}/leave")

    assert joined == ({"ACTIVE": 2}, {"APPROVED": 1, "PENDING": 1})
    assert counts("member", admin.client, report) == {"ACTIVE": 1, "LEFT": 1}
    assert counts("building") == {"UNVERIFIED": 1}


def test_a_building_is_titled_as_it_is_called_and_gone_with_it(rose, client):
    url, report, _ = rose
    admin, path = client.as_admin(), f"/v1/analytics/{report}"

    first = admin.get(path).json["title"]
    admin.patch(url, {"name": "Rosewood"})
    renamed = admin.get(path).json["title"]
    admin.delete(url)

    assert (first, renamed, admin.get(path).status) == ("Rose Court", "Rosewood", 404)


def test_bookings_bring_in_what_they_cost_when_they_are_confirmed(person, resource, counts, client, app):  # noqa: F811
    customer, salon = person(), resource(auto_confirm=True, cancel_notice=0)
    booked = [customer.book(salon.ref, at(hour)).json["id"] for hour in (9, 10)]

    counted = counts("booking", salon.provider.client, "seller")
    sold = client.as_user(salon.provider.id).get("/v1/analytics/seller").json
    customer.step(booked[0], "cancel", {"reason": "Ill"})
    after = counts("booking", salon.provider.client, "seller")
    [left] = client.as_user(salon.provider.id).get("/v1/analytics/seller").json["revenue"]

    assert counted == {"CONFIRMED": 2}
    assert sold["revenue"][0]["period"]["net"] == 9_800
    assert [(one["title"], one["quantity"]) for one in sold["top_products"]] == [("Haircut", 2)]
    assert after == {"CONFIRMED": 1, "CANCELLED": 1}
    assert (left["period"]["refunded"], left["period"]["net"]) == (4_900, 4_900)


@pytest.mark.plugins("dashboards", "orders", "listings", "buildings", "reviews", "verification", "bookings")
def test_the_figures_of_the_demo_are_those_of_its_data(app, client):
    for name, load in app.hooks.implementations("demo_data"):
        load(app=app, progress=lambda done, total: None)
        assert name

    report = client.as_admin().get("/v1/analytics/platform", query={"days": 365}).json

    assert recounting.check().equal
    assert {"building", "listing", "order", "user"} <= set(report["counts"])
    assert report["counts"]["order"]["total"] == 80
    assert report["revenue"][0]["ever"]["net"] > 0
    assert len(report["top_products"]) == len(report["recent_orders"]) == 10


def test_two_plugins_that_declare_one_kind_are_told_by_name():
    def declare():
        return [{"kind": "order", "events": {}, "facts": "SELECT", "table": "orders_order"}]

    hooks = Hooks({"dashboards_sources": (("orders", declare), ("mine", declare)), "dashboards_refunds": ()})

    with pytest.raises(PluginError, match=r"mine: dashboards_sources: the kind order is declared twice"):
        sources.collected(SimpleNamespace(hooks=hooks))

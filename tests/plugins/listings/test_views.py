"""Views: once a viewer and day, exact in races and across a kill."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from psycopg2 import connect

from kernel import Principal, uuid7
from kernel.storage import count_statements
from kernel.testing import race
from plugins.listings import api
from plugins.listings.services import views
from plugins.listings.tasks import count_views, purge_views

PLUGINS = ("listings",)
URL = "/v1/listings"
ROW = """
INSERT INTO listings_listing
SELECT %(id)s, now(), now(), 1, NULL, %(seller)s, 'Ada', '', true, 'PRODUCT', 'ACTIVE', 'Chair', '',
       %(category)s, 1, 'USD', 1, '{}', '', '{}', '', now(), now() + interval '30 days', false, '{}', 0
"""
NOBODY = Principal()


def shown(client, listing_id):
    return client.get(f"{URL}/{listing_id}").json["views"]


def test_fifty_views_at_once_by_one_viewer_are_one(ada, client, app):
    listing = UUID(ada.offer()["id"])
    viewer = Principal(id=uuid7(), kind="user")

    def look():
        views.see(listing, viewer, "192.0.2.1", "a browser")
        app.db.release()

    outcomes = race(*[look] * 50)
    count_views()

    assert outcomes == [None] * 50
    assert shown(ada.client, listing) == 1


def test_different_viewers_count_and_the_seller_does_not(ada, seller, client):
    listing = ada.offer()["id"]

    for viewer in (
        client,
        client,
        client.with_headers(user_agent="another"),
        seller("Ben").client,
        ada.client,
    ):
        viewer.get(f"{URL}/{listing}")
    count_views()

    assert shown(ada.client, listing) == 3


def test_a_viewer_counts_again_the_next_day(ada, client, clock):
    listing = ada.offer()["id"]

    for _ in range(3):
        client.get(f"{URL}/{listing}")
        client.get(f"{URL}/{listing}")
        clock.advance(timedelta(days=1))
    count_views()
    ada.sign_in()

    statistics = ada.client.get(f"{URL}/{listing}/statistics", query={"days": 7}).json
    assert statistics["views"] == 3
    assert [each["views"] for each in statistics["days"]] == [0, 0, 0, 1, 1, 1, 0]


def test_statistics_are_exact_before_the_sums_follow(ada, client):
    listing = ada.offer()["id"]
    client.get(f"{URL}/{listing}")

    before = ada.client.get(f"{URL}/{listing}/statistics").json
    count_views()
    after = ada.client.get(f"{URL}/{listing}/statistics").json

    assert before == after
    assert before["views"] == before["days"][-1]["views"] == 1
    assert len(before["days"]) == 30


def test_own_statistics_cover_all_listings(ada, client, seller):
    first, second = ada.offer()["id"], ada.offer()["id"]
    ada.client.post(f"{URL}/{second}/sell")
    for listing in (first, second):
        client.get(f"{URL}/{listing}")

    own = ada.client.get(f"{URL}/statistics", query={"days": 2}).json

    assert own["listings"] == {"DRAFT": 0, "ACTIVE": 1, "SOLD": 1, "EXPIRED": 0, "DEACTIVATED": 0}
    assert (own["views"], [each["views"] for each in own["days"]]) == (2, [0, 2])
    assert seller("Ben").client.get(f"{URL}/statistics").json["views"] == 0


def test_two_counters_at_once_count_each_view_once(ada, client, app):
    listing = UUID(ada.offer()["id"])
    for number in range(40):
        views.see(listing, NOBODY, f"192.0.2.{number}", "a browser")

    outcomes = race(*[lambda: (views.count(), app.db.release())[0]] * 4)

    assert sum(outcomes) == 40
    assert shown(ada.client, listing) == 40


def test_counting_changes_neither_version_nor_etag_nor_the_place_in_the_list(ada, client):
    made = ada.offer()
    client.get(f"{URL}/{made['id']}")

    count_views()

    after = ada.client.get(f"{URL}/{made['id']}").json
    assert (after["version"], after["updated_at"]) == (made["version"], made["updated_at"])
    assert api.card(UUID(made["id"])).version == made["version"]


def test_a_second_look_costs_no_write(ada, client):
    listing = ada.offer()["id"]
    client.get(f"{URL}/{listing}")

    with count_statements() as counted:
        client.get(f"{URL}/{listing}")

    assert counted.count == 2


def test_who_saw_what_is_deleted_after_two_days_and_the_sums_stay(ada, client, app, clock):
    listing = ada.offer()["id"]
    client.get(f"{URL}/{listing}")
    count_views()
    clock.advance(timedelta(days=2))

    assert purge_views() == {"purged": 1}
    assert app.db.rows("SELECT count(*) FROM listings_view") == [(0,)]
    ada.sign_in()
    assert ada.client.get(f"{URL}/{listing}/statistics").json["views"] == 1


def test_popular_listings_are_those_that_many_saw(ada, client):
    listings = [ada.offer(title=f"Chair {number}")["id"] for number in range(3)]
    for number, listing in enumerate(listings):
        for viewer in range(number + 1):
            client.with_headers(user_agent=f"browser {viewer}").get(f"{URL}/{listing}")
    count_views()

    for query in ({}, {"q": "chair"}):
        found = client.get(URL, query={"sort": "popular", **query}).json["items"]
        assert [each["id"] for each in found] == listings[::-1]


def test_views_answered_before_a_kill_are_counted_after_it(server):
    listing = uuid7()
    connection = connect(server.settings["database"]["url"])
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(ROW, {"id": str(listing), "seller": str(uuid7()), "category": str(uuid7())})
    for number in range(20):
        seen = server.get(f"{URL}/{listing}", headers={"user-agent": f"browser {number}"})
        assert seen.status == 200, seen.text

    server.kill()
    server.start()

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        cursor.execute("SELECT views FROM listings_listing")
        if cursor.fetchone() == (20,):
            break
        time.sleep(0.1)
    cursor.execute("SELECT views, (SELECT sum(views) FROM listings_view_day) FROM listings_listing")
    assert cursor.fetchone() == (20, 20)
    connection.close()

"""Who is sent what: only what the owner may read, at the moment it happens."""

from __future__ import annotations

import pytest

from tests.plugins.webhooks.conftest import SOLD

pytestmark = [
    pytest.mark.plugins("webhooks", "listings"),
    pytest.mark.settings(webhooks={"allow_private": True}),
]

SHOP, OTHER = "shop:a", "shop:b"
KEEPERS = ("webhooks_manager", "listings_moderator")


def test_without_a_scope_only_what_concerns_the_owner_arrives(person, receiver, sold, work):
    ada, ben = person(), person()
    ada.endpoint(receiver.url)

    sold(ben.id)
    mine = sold(ada.id, SHOP)
    work()

    assert [got.json["data"]["listing_id"] for got in receiver.got] == [str(mine)]


def test_event_types_are_a_filter(person, receiver, sold, work):
    ada = person()
    ada.endpoint(receiver.url, event_types=["listings.listing.expired.v1"])

    sold(ada.id)
    work()

    assert receiver.got == []


def test_the_keeper_of_a_scope_is_sent_what_happens_there_and_nowhere_else(person, receiver, sold, work, app):
    ada, ben = person(), person()
    for role in KEEPERS:
        app.auth.grant(ada.id, role, SHOP)
    ada.sign_in()
    ada.endpoint(receiver.url, scope=SHOP)

    there = sold(ben.id, SHOP)
    sold(ben.id, OTHER)
    sold(ben.id)
    work()

    assert [got.json["data"]["listing_id"] for got in receiver.got] == [str(there)]


@pytest.mark.parametrize("lost", KEEPERS)
def test_who_loses_the_role_is_sent_nothing_more(person, receiver, sold, work, app, lost):
    ada, ben = person(), person()
    for role in KEEPERS:
        app.auth.grant(ada.id, role, SHOP)
    ada.sign_in()
    ada.endpoint(receiver.url, scope=SHOP)

    app.auth.ungrant(ada.id, lost, SHOP)
    sold(ben.id, SHOP)
    work()

    assert receiver.got == []


def test_who_is_suspended_is_sent_nothing(person, receiver, sold, work, app):
    ada = person()
    ada.endpoint(receiver.url)

    app.auth.set_status(ada.id, "suspended")
    sold(ada.id)
    work()

    assert receiver.got == []


def test_a_scope_that_is_not_the_callers_is_refused_whatever_it_is(person):
    ada = person()
    statuses = [
        ada.client.post("/v1/webhooks", {"url": "https://example.com/", "scope": scope}).status
        for scope in (SHOP, "*", "nonsense")
    ]

    assert statuses == [422, 422, 422]


def test_an_administrator_may_be_sent_everything(person, client, receiver, sold, work):
    admin = client.as_admin()
    admin.post("/v1/webhooks", {"url": receiver.url, "scope": "*", "event_types": [SOLD]})

    sold(admin.user_id)
    sold(person().id, SHOP)
    work()

    assert len(receiver.got) == 2


def test_keepers_of_a_scope_share_its_endpoints_and_not_each_others_own(person, receiver):
    ada, ben = person("webhooks_manager", scope=SHOP), person("webhooks_manager", scope=SHOP)
    stranger = person("webhooks_manager", scope=OTHER)
    shared, own = ada.endpoint(receiver.url, scope=SHOP), ada.endpoint(receiver.url)

    listed = ben.client.get("/v1/webhooks").json["items"]

    assert [one["id"] for one in listed] == [shared.id]
    assert ben.client.get(own.url).status == 404
    assert ben.client.patch(shared.url, {"description": "Ours"}).status == 200
    assert stranger.client.get("/v1/webhooks").json["items"] == []
    assert stranger.client.get(shared.url).status == 404

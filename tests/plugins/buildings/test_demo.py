"""The demo's buildings."""

from __future__ import annotations

import pytest

from plugins.accounts import api as accounts
from plugins.accounts.demo import load as load_people
from plugins.buildings import api
from plugins.buildings.demo import BUILDINGS, building_id, load

pytestmark = pytest.mark.plugins("buildings")


def test_three_buildings_have_admins_members_and_people_who_wait(app, client, work):
    load_people(app, lambda done, total: None)
    seen = []

    load(app, lambda done, total: seen.append((done, total)))
    work()

    attalos = building_id("attalos")
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert [each["name"] for each in client.get("/v1/buildings").json["items"]] == [
        "Poikile Mews", "Stoa of Attalos", "Zenon Towers",
    ]  # fmt: skip
    assert api.admins(attalos) == [accounts.demo_user(1)]
    assert [len(api.members(building_id(name))) for name, *_ in BUILDINGS] == [13, 12, 10]
    assert not api.settings(building_id("poikile")).marketplace
    admin = client.as_user(accounts.demo_user(1))
    assert len(admin.get(f"/v1/buildings/{attalos}/join-requests").json["items"]) == 3
    assert len(list(admin.every(f"/v1/buildings/{attalos}/units"))) == 40


@pytest.mark.plugins("buildings", "listings")
@pytest.mark.settings(auth={"roles": {"resident": ["+listings:browse"]}})
def test_residents_of_the_demo_find_what_their_neighbours_offer(app, client):
    for plugin, load_one in app.hooks.implementations("demo_data"):
        if plugin in {"accounts", "categories", "media", "listings", "buildings"}:
            load_one(app=app, progress=lambda done, total: None)
    scopes = [f"building:{building_id(name)}" for name, *_ in BUILDINGS]

    def offered(scope, who):
        return [each["title"] for each in who.get("/v1/listings", query={"scope": scope}).json["items"]]

    residents = [client.as_user(accounts.demo_user(number), mfa=True) for number in (2, 14, 26)]
    found = [len(offered(scope, who)) for scope, who in zip(scopes, residents, strict=True)]

    assert found == [9, 3, 0]
    assert offered(scopes[0], residents[1]) == []


@pytest.mark.plugins("buildings", "orders")
def test_neighbours_of_the_demo_order_of_each_other_in_their_building(app, client):
    for plugin, load_one in app.hooks.implementations("demo_data"):
        if plugin in {"accounts", "orders", "buildings"}:
            load_one(app=app, progress=lambda done, total: None)
    attalos = api.scope_of(building_id("attalos"))

    orders = list(client.as_admin().every("/v1/orders", **{"as": "operator", "scope": attalos}))

    people = {str(accounts.demo_user(number)) for number in range(1, 14)}
    assert len(orders) > 10
    assert all({each["buyer_id"], each["seller_id"]} < people for each in orders)

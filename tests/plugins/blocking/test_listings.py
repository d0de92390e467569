"""Listings between people who block each other."""

from __future__ import annotations

import pytest

from kernel import uuid7
from plugins.categories import services as categories

pytestmark = pytest.mark.plugins("blocking", "listings")

URL = "/v1/listings"


@pytest.fixture
def offer(app):
    """Publish a listing of somebody's and return it."""
    category = uuid7()
    fields = {"name": "Chairs", "slug": "chairs", "parent_id": None, "attributes": []}
    categories.create(None, fields, id=category)

    def publish(who, title):
        body = {"type": "PRODUCT", "title": title, "status": "ACTIVE", "category_id": str(category)}
        made = who.client.post(URL, {**body, "price": {"amount": 4900, "currency": "USD"}})
        assert made.status == 201, made.text
        return made.json

    return publish


def titles(who, **query):
    asking = getattr(who, "client", who)
    return [each["title"] for each in asking.get(URL, query=query).json["items"]]


def test_listings_are_hidden_both_ways_at_once_and_shown_again(person, offer):
    ada, ben = person(), person("Ben")
    chair, stool = offer(ada, "Oak chair"), offer(ben, "Oak stool")
    assert titles(ada) == titles(ben) == titles(ben, q="oak") == ["Oak stool", "Oak chair"]

    ada.block(ben)

    assert titles(ada) == titles(ada, q="oak") == ["Oak chair"]
    assert titles(ben) == titles(ben, q="oak") == ["Oak stool"]
    assert ben.client.get(f"{URL}/{chair['id']}").status == 404
    assert ada.client.get(f"{URL}/{stool['id']}").status == 404
    found = ben.client.get("/v1/search?q=oak").json["items"]
    assert [each["title"] for each in found] == ["Oak stool"]
    ada.unblock(ben)
    assert titles(ada) == titles(ben) == ["Oak stool", "Oak chair"]
    assert ben.client.get(f"{URL}/{chair['id']}").status == 200


def test_others_and_the_sellers_own_figures_are_not_touched(person, offer, client):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    chair = offer(ada, "Oak chair")
    ben.client.get(f"{URL}/{chair['id']}")

    ada.block(ben)
    cleo.client.get(f"{URL}/{chair['id']}")
    ben.client.get(f"{URL}/{chair['id']}")

    assert titles(cleo) == titles(client) == ["Oak chair"]
    assert ada.client.get(f"{URL}/{chair['id']}/statistics").json["views"] == 2

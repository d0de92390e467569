"""Categories of everybody and of one scope."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel import Invalid
from plugins.categories import api

pytestmark = pytest.mark.plugins("categories")
MINE = "shop:018f0000-0000-7000-8000-000000000001"
THEIRS = "shop:018f0000-0000-7000-8000-000000000002"


@pytest.fixture
def keeper(client):
    return client.as_user(None, "category_keeper", scope=MINE)


def test_a_scope_has_everybodys_categories_and_its_own(client, keeper, grow, outline):
    home = grow("Home")
    own = keeper.post("/v1/categories", {"name": "Lamps", "parent_id": home["id"]}, query={"scope": MINE})
    keeper.post("/v1/categories", {"name": "Gifts"}, query={"scope": MINE})
    grow("Books", scope=THEIRS)

    assert own.json["scope"] == MINE
    assert outline(keeper, scope=MINE) == {"Home": {"Lamps": {}}, "Gifts": {}}
    assert outline(client) == {"Home": {}}


def test_a_scopes_tree_is_for_those_who_may_read_it(client, keeper):
    assert keeper.get("/v1/categories", query={"scope": MINE}).status == 200
    assert keeper.get("/v1/categories", query={"scope": THEIRS}).status == 403
    assert client.as_user().get("/v1/categories", query={"scope": MINE}).status == 403


def test_a_keeper_works_in_the_own_scope_only(keeper, grow):
    home, books = grow("Home"), grow("Books", scope=THEIRS)

    answers = [
        keeper.post("/v1/categories", {"name": "New"}),
        keeper.post("/v1/categories", {"name": "New"}, query={"scope": THEIRS}),
        keeper.patch(f"/v1/categories/{home['id']}", {"name": "Mine"}),
        keeper.patch(f"/v1/categories/{books['id']}", {"name": "Mine"}),
        keeper.delete(f"/v1/categories/{books['id']}"),
    ]

    assert [answer.status for answer in answers] == [403] * 5
    assert keeper.get(f"/v1/categories/{books['id']}").status == 404


def test_nothing_hangs_below_another_scopes_category(keeper, admin, grow):
    books, gifts, home = grow("Books", scope=THEIRS), grow("Gifts", scope=MINE), grow("Home")

    answers = [
        keeper.post("/v1/categories", {"name": "New", "parent_id": books["id"]}, query={"scope": MINE}),
        admin.post(f"/v1/categories/{gifts['id']}/move", {"parent_id": books["id"]}),
        admin.post(f"/v1/categories/{home['id']}/move", {"parent_id": gifts["id"]}),
    ]

    assert [answer.json["errors"][0]["pointer"] for answer in answers] == ["/parent_id"] * 3


def test_two_scopes_use_one_slug(grow):
    assert grow("Gifts", scope=MINE)["slug"] == grow("Gifts", scope=THEIRS)["slug"] == grow("Gifts")["slug"]


def test_things_of_a_scope_belong_to_its_own_categories_and_everybodys(app, grow):
    home, gifts = UUID(grow("Home")["id"]), UUID(grow("Gifts", scope=MINE)["id"])

    assert api.require(home, MINE).name == "Home"
    assert api.require(gifts, MINE).scope == MINE
    for foreign in (None, THEIRS):
        with pytest.raises(Invalid) as refused:
            api.require(gifts, foreign)
        assert refused.value.errors[0].pointer == "/category_id"


def test_a_scope_that_is_none_is_named(client):
    refused = client.get("/v1/categories", query={"scope": "nonsense"})

    assert refused.json["errors"][0]["parameter"] == "scope"

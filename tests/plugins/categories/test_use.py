"""Things of other plugins: what keeps a category, where they go, who may refuse."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest

from kernel.hooks import Hooks
from plugins.categories import api
from plugins.categories.demo import category_id, load

pytestmark = pytest.mark.plugins("categories")


class Shelf:
    """A plugin's things, by category: an implementation of both hooks."""

    def __init__(self) -> None:
        self.things: dict[UUID, list[str]] = {}

    def categories_used(self, ids):
        return [one for one in ids if self.things.get(one)]

    def categories_reassign(self, category_id, to_id):
        self.things.setdefault(to_id, []).extend(self.things.pop(category_id, []))


@pytest.fixture
def shelf(app, monkeypatch):
    """Things whose plugin takes part in deletions."""
    shelf = Shelf()
    found = {name: app.hooks.implementations(name) for name in app.hooks.names()}
    for name in ("categories_used", "categories_reassign"):
        found[name] = (*found[name], ("shelf", getattr(shelf, name)))
    monkeypatch.setattr(app, "hooks", Hooks(found))
    return shelf


def test_a_used_category_is_kept_until_its_things_have_another(admin, client, grow, shelf):
    lamps, other = grow("Lamps"), grow("Other")
    shelf.things[UUID(lamps["id"])] = ["a lamp"]

    kept = admin.delete(f"/v1/categories/{lamps['id']}")
    gone = admin.delete(f"/v1/categories/{lamps['id']}", query={"reassign_to": other["id"]})

    assert kept.problem == "category-used"
    assert gone.status == 204
    assert shelf.things == {UUID(other["id"]): ["a lamp"]}
    assert client.get(f"/v1/categories/{lamps['id']}").status == 404


def test_things_go_to_another_category_that_may_have_them(admin, grow, shelf):
    lamps, theirs = grow("Lamps"), grow("Theirs", scope="shop:1")
    shelf.things[UUID(lamps["id"])] = ["a lamp"]
    unknown = "018f0000-0000-7000-8000-00000000dead"

    answers = [
        admin.delete(f"/v1/categories/{lamps['id']}", query={"reassign_to": to})
        for to in (lamps["id"], theirs["id"], unknown)
    ]

    assert [answer.json["errors"][0]["parameter"] for answer in answers] == ["reassign_to"] * 3
    assert shelf.things == {UUID(lamps["id"]): ["a lamp"]}


def test_a_plugin_that_cannot_reassign_keeps_the_category(admin, grow, shelf, monkeypatch):
    lamps, other = grow("Lamps"), grow("Other")
    shelf.things[UUID(lamps["id"])] = ["a lamp"]
    monkeypatch.setattr(shelf, "categories_reassign", lambda **_: None)
    found = {name: admin.app.hooks.implementations(name) for name in admin.app.hooks.names()}
    found["categories_reassign"] = ()
    monkeypatch.setattr(admin.app, "hooks", Hooks(found))

    refused = admin.delete(f"/v1/categories/{lamps['id']}", query={"reassign_to": other["id"]})

    assert refused.problem == "category-used"


def test_the_demo_has_six_categories_on_two_levels(app, outline):
    told: list[SimpleNamespace] = []
    load(lambda done, total: told.append(SimpleNamespace(done=done, total=total)))

    assert list(outline()) == ["Electronics", "Home", "Services"]
    assert outline()["Electronics"] == {"Phones": {}, "Computers": {}}
    assert outline()["Home"] == {"Furniture": {}}
    assert (told[-1].done, told[-1].total) == (6, 6)
    values = {"condition": "good", "storage": 128, "colours": ["red"]}
    assert api.validate_attributes(category_id("phones"), values) == values

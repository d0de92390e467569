"""The tree: growing, reading, renaming, moving, deleting."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel import uuid7
from kernel.storage import count_statements
from plugins.categories import api

pytestmark = pytest.mark.plugins("categories")
NOBODY = "018f0000-0000-7000-8000-00000000dead"
SHOP = "shop:018f0000-0000-7000-8000-000000000001"


def ids(*made):
    return tuple(UUID(one["id"]) for one in made)


def test_categories_form_a_tree_in_the_order_they_were_made(grow, outline):
    electronics = grow("Electronics")
    grow("Home")
    grow("Phones", electronics)
    grow("Computers", electronics)

    assert outline() == {"Electronics": {"Phones": {}, "Computers": {}}, "Home": {}}


def test_a_new_category_tells_its_path_and_slug(grow):
    electronics = grow("Electronics")

    phones = grow("Téléphones & Co.", electronics)

    assert phones["slug"] == "telephones-co"
    assert [step["name"] for step in phones["path"]] == ["Electronics", "Téléphones & Co."]


@pytest.mark.parametrize(
    ("name", "slug"), [("家具", "家具"), ("Straße 7", "strasse-7"), ("---", "category"), ("A_b", "a-b")]
)
def test_a_slug_is_made_of_any_name(grow, name, slug):
    assert grow(name)["slug"] == slug


def test_a_slug_is_unique_among_siblings_only(grow, admin):
    electronics, home = grow("Electronics"), grow("Home")
    grow("Lamps", home)
    grow("Lamps", electronics)

    again = admin.post("/v1/categories", {"name": "lamps", "parent_id": home["id"]})

    assert (again.status, again.problem) == (409, "category-slug-taken")
    assert admin.post("/v1/categories", {"name": "Home"}).status == 409


def test_the_whole_tree_is_one_query_and_then_none(client, app, grow):
    root = grow("Root")
    for number in range(20):
        grow(f"Child {number}", root)

    with count_statements() as first:
        tree = client.get("/v1/categories")
    with count_statements() as second:
        same = client.get("/v1/categories")

    assert (first.count, second.count) == (1, 0)
    assert tree.body == same.body
    assert len(tree.json["items"][0]["children"]) == 20


def test_a_known_tree_is_not_sent_again(client, grow):
    grow("Root")
    tag = client.get("/v1/categories").headers["etag"]

    assert client.with_headers(if_none_match=tag).get("/v1/categories").status == 304
    grow("Another")
    assert client.with_headers(if_none_match=tag).get("/v1/categories").status == 200


def test_a_renamed_category_shows_at_once(admin, grow, outline):
    grow("Electornics")
    made = grow("Home")
    outline()

    changed = admin.with_headers(if_match='"1"').patch(
        f"/v1/categories/{made['id']}", {"name": "House", "names": {"de": "Haus"}}
    )

    assert changed.json["version"] == 2
    assert changed.json["names"] == {"de": "Haus"}
    assert "House" in outline()


def test_of_two_editors_of_one_version_one_is_refused(admin, grow):
    made = grow("Home")
    editor = admin.with_headers(if_match='"1"')
    editor.patch(f"/v1/categories/{made['id']}", {"name": "House"})

    second = editor.patch(f"/v1/categories/{made['id']}", {"name": "Household"})

    assert (second.status, second.json["current_version"]) == (412, 2)


def test_a_branch_moves_with_all_below_it(admin, app, grow, outline):
    electronics, home = grow("Electronics"), grow("Home")
    phones = grow("Phones", electronics)
    cases = grow("Cases", phones)
    assert api.path_of(UUID(cases["id"])) == ids(electronics, phones, cases)

    moved = admin.post(f"/v1/categories/{phones['id']}/move", {"parent_id": home["id"]})

    assert [step["name"] for step in moved.json["path"]] == ["Home", "Phones"]
    assert outline() == {"Electronics": {}, "Home": {"Phones": {"Cases": {}}}}
    assert api.path_of(UUID(cases["id"])) == ids(home, phones, cases)
    assert api.descendants(UUID(home["id"])) == ids(phones, cases)
    assert api.descendants(UUID(electronics["id"])) == ()


def test_a_branch_becomes_a_root_and_comes_back(admin, grow, outline):
    home = grow("Home")
    lamps = grow("Lamps", home)
    grow("Bulbs", lamps)

    admin.post(f"/v1/categories/{lamps['id']}/move", {"parent_id": None, "position": 0})
    apart = outline()
    admin.post(f"/v1/categories/{lamps['id']}/move", {"parent_id": home["id"]})

    assert list(apart.items()) == [("Lamps", {"Bulbs": {}}), ("Home", {})]
    assert outline() == {"Home": {"Lamps": {"Bulbs": {}}}}


def test_siblings_are_reordered(admin, grow, outline):
    a, b, c = grow("A"), grow("B"), grow("C")

    admin.post(f"/v1/categories/{c['id']}/move", {"parent_id": None, "position": 0})
    first = list(outline())
    admin.post(f"/v1/categories/{a['id']}/move", {"parent_id": None, "position": 99})

    assert first == ["C", "A", "B"]
    assert list(outline()) == ["C", "B", "A"]
    assert b["position"] == 1


def test_a_category_cannot_hang_below_itself(admin, grow, outline):
    home = grow("Home")
    lamps = grow("Lamps", home)
    bulbs = grow("Bulbs", lamps)

    refused = [
        admin.post(f"/v1/categories/{home['id']}/move", {"parent_id": below["id"]})
        for below in (home, lamps, bulbs)
    ]

    assert [answer.problem for answer in refused] == ["category-circular-move"] * 3
    assert outline() == {"Home": {"Lamps": {"Bulbs": {}}}}


@pytest.mark.settings(categories={"max_depth": 2})
def test_the_tree_grows_no_deeper_than_set(admin, grow):
    home, garden = grow("Home"), grow("Garden")
    lamps = grow("Lamps", home)

    grown = admin.post("/v1/categories", {"name": "Bulbs", "parent_id": lamps["id"]})
    moved = admin.post(f"/v1/categories/{home['id']}/move", {"parent_id": garden["id"]})

    assert [grown.problem, moved.problem] == ["category-too-deep"] * 2


def test_a_deleted_category_is_gone_and_its_siblings_close_up(admin, client, grow):
    a, b = grow("A"), grow("B")

    assert admin.delete(f"/v1/categories/{a['id']}").status == 204
    assert client.get(f"/v1/categories/{a['id']}").status == 404
    assert client.get(f"/v1/categories/{b['id']}").json["position"] == 0


def test_a_category_with_children_is_not_deleted(admin, grow):
    home = grow("Home")
    grow("Lamps", home)

    assert admin.delete(f"/v1/categories/{home['id']}").problem == "category-has-children"


def test_unknown_parents_and_categories_are_named(admin, grow):
    home = grow("Home")

    below_nothing = admin.post("/v1/categories", {"name": "Lost", "parent_id": NOBODY})
    moved = admin.post(f"/v1/categories/{home['id']}/move", {"parent_id": NOBODY})

    assert [answer.json["errors"][0]["pointer"] for answer in (below_nothing, moved)] == ["/parent_id"] * 2
    assert admin.patch(f"/v1/categories/{NOBODY}", {"name": "X"}).status == 404
    assert admin.post(f"/v1/categories/{NOBODY}/move", {"parent_id": None}).status == 404
    assert admin.delete(f"/v1/categories/{NOBODY}").status == 404


def test_people_may_look_and_not_touch(client, grow):
    home = grow("Home")
    person = client.as_user()

    assert client.get(f"/v1/categories/{home['id']}").status == 200
    assert person.post("/v1/categories", {"name": "Mine"}).status == 403
    assert person.patch(f"/v1/categories/{home['id']}", {"name": "Mine"}).status == 403
    assert person.delete(f"/v1/categories/{home['id']}").status == 403
    assert client.post("/v1/categories", {"name": "Mine"}).status == 401


def test_changes_are_told_in_order(admin, app, grow):
    home = grow("Home")
    lamps = grow("Lamps")
    admin.patch(f"/v1/categories/{lamps['id']}", {"description": "Light"})
    admin.post(f"/v1/categories/{lamps['id']}/move", {"parent_id": home["id"]})
    admin.delete(f"/v1/categories/{lamps['id']}")

    told = app.db.rows("SELECT type, data FROM kernel_event WHERE key = %s ORDER BY position", (lamps["id"],))

    assert [wire.split(".")[2] for wire, _ in told] == ["created", "updated", "moved", "deleted"]
    assert told[1][1]["fields"] == ["description"]
    assert told[2][1] == {
        "category_id": lamps["id"],
        "old_path": [lamps["id"]],
        "new_path": [home["id"], lamps["id"]],
    }


def test_cards_of_many_are_one_query(app, grow):
    home = grow("Home")
    lamps = grow("Lamps", home)

    with count_statements() as counted:
        cards = api.cards([*ids(home, lamps), uuid7()])

    assert counted.count == 1
    assert cards[UUID(lamps["id"])].names == ("Home", "Lamps")
    assert cards[UUID(lamps["id"])].parent_id == UUID(home["id"])
    assert set(cards) == set(ids(home, lamps))
    assert [card.name for card in api.listed()] == ["Home", "Lamps"]


def test_a_tree_changed_in_a_transaction_that_fails_is_served_as_it_was(app, grow, outline):
    home = grow("Home")
    outline()

    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), app.db.atomic():
        app.db.execute_sql("UPDATE categories_category SET name = 'Never'")
        assert api.listed()[0].name == "Never"
        assert api.path_of(UUID(home["id"])) == ids(home)
        raise UndoneError

    assert outline() == {"Home": {}}

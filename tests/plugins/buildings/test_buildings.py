"""A building, its directory entry, units and admins."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel.storage import count_statements
from kernel.testing import race
from plugins.buildings import api

pytestmark = pytest.mark.plugins("buildings")
URL = "/v1/buildings"


def test_the_directory_shows_strangers_what_they_may_see_of_listed_buildings(house, client):
    house("Zenon Towers", city="Larnaca", street="Kitiou 3", email="office@zenon.example")
    house("Attalos House")
    house("Hidden House", listed=False)

    everything = client.get(URL).json["items"]

    assert [each["name"] for each in everything] == ["Attalos House", "Zenon Towers"]
    assert set(everything[0]) == {"id", "name", "description", "city", "region", "country", "verified"}
    assert [each["name"] for each in client.get(URL, query={"q": "ARNA"}).json["items"]] == ["Zenon Towers"]
    assert [each["name"] for each in client.get(URL, query={"city": "lisbon"}).json["items"]] == [
        "Attalos House"
    ]
    assert [each["name"] for each in client.every(URL, limit=1)] == ["Attalos House", "Zenon Towers"]
    assert len(client.as_admin().get(URL).json["items"]) == 3


def test_only_the_platform_opens_buildings(person):
    assert person().client.post(URL, {"name": "Mine", "city": "Porto", "country": "PT"}).status == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"country": "Portugal"}, "/country"),
        ({"name": "  "}, "/name"),
        ({"website": "javascript:alert(1)"}, "/website"),
        ({"phone": "12"}, "/phone"),
        ({"listed": None}, "/listed"),
    ],
)
def test_what_a_building_cannot_be_is_refused_by_name(attalos, body, pointer):
    refused = attalos.admin.client.patch(attalos.url, body)

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_two_who_change_a_building_at_once_do_not_undo_each_other(attalos):
    client = attalos.admin.client
    tag = client.get(attalos.url).headers["etag"]

    first = client.with_headers(if_match=tag).patch(attalos.url, {"name": "One"})
    second = client.with_headers(if_match=tag).patch(attalos.url, {"name": "Two"})

    assert (first.status, second.status) == (200, 412)


def test_a_unit_number_is_there_once_whatever_its_case(attalos):
    unit = attalos.add("4b", floor="4")
    other = attalos.add("5A")
    client = attalos.admin.client

    taken = client.post(f"{attalos.url}/units", {"number": "4B"})
    renamed = client.patch(f"{attalos.url}/units/{other['id']}", {"number": "4B"})
    same = client.patch(f"{attalos.url}/units/{unit['id']}", {"number": "4B", "note": "Corner flat"})

    assert (taken.status, taken.problem) == (409, "unit-taken")
    assert (renamed.status, renamed.problem) == (409, "unit-taken")
    assert (same.status, same.json["number"], same.json["version"]) == (200, "4B", 2)


def test_units_at_once_with_one_number_leave_one(attalos):
    answers = race(*[lambda: attalos.admin.client.post(f"{attalos.url}/units", {"number": "1A"})] * 8)

    assert Counter(each.status for each in answers) == {201: 1, 409: 7}


def test_an_import_brings_what_is_not_there_and_names_the_rest(attalos):
    attalos.add("1A")
    units = [{"number": number} for number in ("1a", "1B", "2A", "2A")]

    done = attalos.admin.client.post(f"{attalos.url}/units/import", {"units": units})
    again = attalos.admin.client.post(f"{attalos.url}/units/import", {"units": units})

    assert done.json == {"created": 2, "skipped": ["1a", "2A"]}
    assert again.json["created"] == 0
    listed = attalos.admin.client.every(f"{attalos.url}/units", limit=2)
    assert [each["number"] for each in listed] == ["1A", "1B", "2A"]


@pytest.mark.settings(buildings={"import_limit": 2})
def test_an_import_too_large_is_refused_whole(attalos):
    units = [{"number": str(number)} for number in range(3)]

    refused = attalos.admin.client.post(f"{attalos.url}/units/import", {"units": units})

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/units")
    assert attalos.admin.client.get(f"{attalos.url}/units").json["items"] == []


def test_a_unit_somebody_lives_in_is_kept(attalos, person):
    unit = attalos.add("1A")
    resident = attalos.take_in(person(), unit="1a")
    address = f"{attalos.url}/units/{unit['id']}"

    refused = attalos.admin.client.delete(address)
    resident.client.post(f"{attalos.url}/leave")
    done = attalos.admin.client.delete(address)

    assert (refused.status, refused.problem, done.status) == (409, "unit-occupied", 204)


def test_a_unit_of_another_building_is_none(attalos, house):
    theirs = house("Zenon").add("1A")

    assert attalos.admin.client.get(f"{attalos.url}/units/{theirs['id']}").status == 404
    assert attalos.admin.client.patch(f"{attalos.url}/units/{theirs['id']}", {"note": "x"}).status == 404
    assert attalos.admin.client.delete(f"{attalos.url}/units/{theirs['id']}").status == 404
    assert attalos.admin.client.post(f"{attalos.url}/invitations", {"unit_id": theirs["id"]}).status == 422


def test_admins_name_admins_and_one_is_left(attalos, person, published):
    ben, first = person("Ben"), attalos.admin
    admins = f"{attalos.url}/admins"

    alone = first.client.delete(f"{admins}/{first.id}")
    made = first.client.post(admins, {"user_id": str(ben.id)})
    gone = ben.client.delete(f"{admins}/{first.id}")
    last = ben.client.post(f"{attalos.url}/leave")

    assert (alone.status, alone.problem) == (409, "last-admin")
    assert (made.json["kind"], made.json["admin"]) == ("STAFF", True)
    assert gone.status == 204
    assert (last.status, last.problem) == (409, "last-admin")
    assert first.client.patch(attalos.url, {"name": "Mine"}).status == 403
    assert api.admins(attalos.id) == [ben.id]
    assert published()[-3:] == ["member.joined", "admin.added", "admin.removed"]


def test_two_admins_who_dismiss_each_other_at_once_leave_one(attalos, person):
    ben = person("Ben")
    attalos.admin.client.post(f"{attalos.url}/admins", {"user_id": str(ben.id)})

    race(
        lambda: attalos.admin.client.delete(f"{attalos.url}/admins/{ben.id}"),
        lambda: ben.client.delete(f"{attalos.url}/admins/{attalos.admin.id}"),
    )

    assert len(api.admins(attalos.id)) == 1


def test_two_admins_who_leave_at_once_leave_one(attalos, person):
    ben = person("Ben")
    attalos.admin.client.post(f"{attalos.url}/admins", {"user_id": str(ben.id)})

    answers = race(*[lambda who=who: who.client.post(f"{attalos.url}/leave") for who in (ben, attalos.admin)])

    assert Counter(each.status for each in answers) == {204: 1, 409: 1}


def test_a_person_nobody_knows_runs_nothing(attalos):
    refused = attalos.admin.client.post(
        f"{attalos.url}/admins", {"user_id": "0190f3c2-0000-7000-8000-000000000000"}
    )

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/user_id")


def test_a_deleted_building_lets_everybody_go(attalos, person, client, work, app):
    resident = attalos.take_in(person())

    refused = attalos.admin.client.delete(attalos.url)
    gone = client.as_admin().delete(attalos.url)
    at_once = resident.client.get(attalos.url).status
    work()

    assert (refused.status, gone.status, at_once) == (403, 204, 404)
    assert client.get(URL).json["items"] == []
    assert api.buildings_of(resident.id) == []
    assert app.auth.grants(resident.id) == frozenset()
    assert app.auth.grants(attalos.admin.id) == frozenset()


def test_default_categories_are_everybodys_and_decide_what_the_tree_shows(attalos, client):
    admin = client.as_admin()

    def grow(name, parent=None, **query):
        return admin.post("/v1/categories", {"name": name, "parent_id": parent}, query=query).json["id"]

    home, books = grow("Home"), grow("Books")
    lamps = grow("Lamps", home)
    grow("Gifts", scope=attalos.scope)
    private = grow("Theirs", scope="building:0190f3c2-0000-7000-8000-000000000000")

    refused = attalos.admin.client.patch(f"{attalos.url}/settings", {"category_ids": [books, private]})
    attalos.allow(category_ids=[lamps])
    tree = admin.get("/v1/categories", query={"scope": attalos.scope}).json["items"]
    attalos.allow(category_ids=[])
    whole = admin.get("/v1/categories", query={"scope": attalos.scope}).json["items"]

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/category_ids/1")
    assert [(each["name"], [one["name"] for one in each["children"]]) for each in tree] == [
        ("Home", ["Lamps"]),
        ("Gifts", []),
    ]
    assert [each["name"] for each in whole] == ["Home", "Books", "Gifts"]
    assert len(client.get("/v1/categories").json["items"]) == 2


def test_settings_are_kept_and_a_change_is_seen_at_once(attalos, app):
    api.settings(attalos.id)
    with count_statements() as counted:
        before = api.settings(attalos.id)

    attalos.allow(chat=False, verification_required=True)

    after = api.settings(attalos.id)
    assert counted.count == 0
    assert (before.chat, before.verification_required) == (True, False)
    assert (after.chat, after.verification_required) == (False, True)

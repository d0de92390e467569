"""Presence over HTTP: asked for, and set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from kernel.testing import count_statements
from plugins.accounts.services import erasure
from plugins.presence import api, services
from tests.plugins.presence.waiting import until_written

pytestmark = pytest.mark.plugins("presence", "blocking")

OWN = "/v1/presence/me"


@pytest.fixture
def here(app):
    """Let people be connected: the kernel counts a socket of theirs, as a gateway would have it."""
    counted = []

    def connect(*people):
        for each in people:
            app.realtime.connected(each.id)
            counted.append(each)
        for each in people:
            until_written(each, present=True)

    yield connect
    for each in counted:
        app.realtime.disconnected(each.id)


def test_what_one_sets_holds_until_its_end(person, clock):
    ada = person()
    ends = (clock.now() + timedelta(hours=1)).isoformat()

    made = ada.show("dnd", text="Writing", until=ends)

    assert made.status == 200
    assert ada.client.get(OWN).json["status"] == "dnd"
    assert ada.client.get(OWN).json["text"] == "Writing"
    clock.advance(timedelta(hours=2))
    ada.client = ada.client.as_user(ada.id)
    assert ada.client.get(OWN).json == {"status": "online", "text": "", "until": None}


def test_what_is_left_out_goes_back_to_its_default(person):
    ada = person()
    ada.show("away", text="At lunch")

    ada.show("away")

    assert ada.client.get(OWN).json == {"status": "away", "text": "", "until": None}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"status": "offline"}, "/status"),
        ({}, "/status"),
        ({"status": "dnd", "until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"status": "dnd", "text": "x" * 141}, "/text"),
        ({"status": "dnd", "text": "two\nlines"}, "/text"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(person, body, pointer):
    answer = person().client.put(OWN, body)

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_asking_takes_an_account_and_names_at_most_a_hundred(person, client):
    ada = person()
    many = "&".join(f"user_id={uuid7()}" for _ in range(101))

    assert client.get(f"/v1/presence?user_id={ada.id}").status == 401
    assert ada.client.get("/v1/presence").status == 422
    assert ada.client.get(f"/v1/presence?{many}").status == 422
    assert ada.client.get("/v1/presence?user_id=me").json["errors"][0]["parameter"] == "user_id"


def test_nobodys_id_answers_like_somebody_never_seen(person):
    ada, ben = person(), person("Ben")

    asked = ada.client.get(f"/v1/presence?user_id={ben.id}&user_id={uuid7()}&user_id={ben.id}").json["items"]

    assert [set(each) for each in asked] == [{"user_id", "status", "text", "last_seen_at"}] * 2
    assert [(each["status"], each["last_seen_at"]) for each in asked] == [("offline", None)] * 2


def test_people_who_hide_or_block_are_not_seen_either_way(person, here):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    here(ada, ben, cleo)
    assert ada.sees(ben, cleo) == ["online", "online"]

    ben.privacy("nobody")
    cleo.client.post("/v1/blocks", {"user_id": str(ada.id)})

    assert ada.sees(ben, cleo) == ["offline", "offline"]
    assert ben.sees(ada, ben) == ["offline", "online"]
    assert cleo.sees(ada) == ["offline"]
    ben.privacy("everyone")
    cleo.client.delete(f"/v1/blocks/{ada.id}")
    assert ada.sees(ben, cleo) == ["online", "online"]


def test_the_invisible_look_like_the_gone(person, here, clock):
    ada, ben = person(), person("Ben")
    here(ben)

    ben.show("invisible")
    seen = ada.client.get(f"/v1/presence?user_id={ben.id}").json["items"][0]
    clock.advance(timedelta(minutes=5))
    ben.show("invisible", text="Still gone")
    later = ada.client.get(f"/v1/presence?user_id={ben.id}").json["items"][0]

    assert seen["status"] == "offline"
    assert seen["last_seen_at"] == later["last_seen_at"] is not None


def test_asking_for_many_costs_the_same_statements(person, here):
    ada, counts = person(), []
    people = [person(f"Person {number}") for number in range(12)]
    here(*people)
    ada.sees(ada)
    for some in (people[:1], people):
        with count_statements() as counted:
            ada.sees(*some)
        counts.append(counted.count)

    assert counts[0] == counts[1]


def test_who_is_not_to_be_disturbed_is_told_to_other_plugins(person, clock, here):
    ada, ben = person(), person("Ben")
    here(ben)
    ben.show("dnd", until=(clock.now() + timedelta(hours=1)).isoformat())

    assert api.undisturbed([ada.id, ben.id]) == {ben.id}
    assert api.seen(ada.id, [ben.id])[ben.id].status == "dnd"
    clock.advance(timedelta(hours=1))
    assert api.undisturbed([ada.id, ben.id]) == set()


def test_an_export_has_it_and_a_deletion_removes_it(person, app, work):
    ada = person()
    ada.show("dnd", text="Writing")
    services.report("a-socket", ada.id, idle=False)

    exported = ada.client.get("/v1/users/me/export").json["plugins"]["presence"]
    erasure.delete(ada.id)
    work()

    assert exported["presence"]["text"] == "Writing"
    assert len(exported["devices"]) == 1
    for table in ("presence_person", "presence_device"):
        assert app.db.rows(f"SELECT count(*) FROM {table}") == [(0,)]

"""A building's two conversations: who is in them, who writes, when they are closed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from contrib.building_chat.commands import building_chats
from kernel.testing import race

pytestmark = pytest.mark.plugins("building_chat")


def rooms(who, house):
    return who.client.get(f"/v1/building-chats/{house.id}")


def write(who, conversation, text="Hello"):
    return who.client.post(f"/v1/conversations/{conversation}/messages", {"text": text})


def says(text):
    return lambda data: data["message"].get("text") == text


def read(who, conversation):
    return who.client.get(f"/v1/conversations/{conversation}/messages")


def test_members_write_in_the_group_and_read_announcements_of_admins(attalos, person):
    ada, there = attalos.take_in(person()), rooms(attalos.admin, attalos).json

    said, refused = write(ada, there["group"]), write(ada, there["announcements"])
    told = write(attalos.admin, there["announcements"], "The lift is repaired on Monday.")

    assert rooms(ada, attalos).json == there
    assert (said.status, told.status) == (201, 201)
    assert (refused.status, refused.problem) == (403, "announcements-only")
    texts = [each.get("text") for each in read(ada, there["announcements"]).json["items"]]
    assert "The lift is repaired on Monday." in texts


def test_strangers_and_members_of_another_building_find_nothing(attalos, house, person):
    there, neighbour, eve = rooms(attalos.admin, attalos).json, house("Zenon").admin, person("Eve")

    answers = [
        (rooms(who, attalos), read(who, there["group"]), write(who, there["group"]))
        for who in (neighbour, eve)
    ]

    assert [[each.status for each in three] for three in answers] == [[404, 404, 404]] * 2


def test_a_renamed_building_renames_its_conversations(attalos, person):
    ada, there = attalos.take_in(person()), rooms(attalos.admin, attalos).json

    answer = attalos.admin.client.patch(attalos.url, {"name": "Stoa Poikile"})

    assert answer.status == 200
    shown = [ada.client.get(f"/v1/conversations/{there[each]}").json for each in ("group", "announcements")]
    assert [each["title"] for each in shown] == ["Stoa Poikile", "Stoa Poikile: announcements"]


def test_who_loses_the_admins_role_announces_no_more(attalos, person):
    ben, there = person("Ben"), rooms(attalos.admin, attalos).json
    admins = f"{attalos.url}/admins"
    attalos.admin.client.post(admins, {"user_id": str(ben.id)})
    before = write(ben, there["announcements"]).status

    attalos.admin.client.delete(f"{admins}/{ben.id}")

    assert (before, write(ben, there["announcements"]).status) == (201, 403)


def test_a_closed_chat_is_read_on_and_written_again_when_it_opens(attalos, person):
    ada, there = attalos.take_in(person()), rooms(attalos.admin, attalos).json
    write(ada, there["group"], "Before")

    attalos.allow(chat=False)
    closed = [
        write(who, there[purpose]).status
        for who in (ada, attalos.admin)
        for purpose in ("group", "announcements")
    ]
    history = read(ada, there["group"]).status
    newcomer = attalos.take_in(person("Ben"))
    attalos.allow(chat=True)

    assert set(closed) <= {403, 409}
    assert history == 200
    assert write(ada, there["group"]).status == write(newcomer, there["group"]).status == 201


def test_who_is_removed_reads_and_hears_nothing_from_the_answer_on(attalos, person, realtime):
    ada, ben = attalos.take_in(person()), attalos.take_in(person("Ben"))
    there = rooms(ada, attalos).json
    hears_ada, hears_ben = realtime.connect("/chat", ada.client), realtime.connect("/chat", ben.client)
    write(ada, there["group"], "Both hear this")
    for each in (hears_ada, hears_ben):
        each.expect("message:new", says("Both hear this"))

    attalos.admin.client.delete(f"{attalos.url}/members/{ben.id}")
    message = {"conversation_id": there["group"], "text": "One hears this"}
    hears_ada.call("message:send", message)  # in the process that has Ben's socket too
    write(ada, there["group"], "And this")  # in the one that removed Ben
    for text in ("One hears this", "And this"):
        hears_ada.expect("message:new", says(text))
    refused = hears_ben.ask("message:send", message)
    hears_ben.expect("expelled", lambda told: there["group"] in told["room"])

    assert read(ben, there["group"]).status == 404
    assert refused["error"]["status"] == 404
    assert [each.data["message"]["text"] for each in hears_ben.heard("message:new")] == ["Both hear this"]


def test_many_who_come_in_at_once_are_all_in_one_pair_of_rooms(attalos, person, app):
    code = attalos.invite(uses=10)
    people = [person(f"Person {number}") for number in range(6)]

    race(
        *[
            lambda who=who: who.client.post("/v1/buildings/invitations/accept", {"code": code})
            for who in people
        ]
    )

    there = rooms(attalos.admin, attalos).json
    assert [write(who, there["group"]).status for who in people] == [201] * 6
    assert app.db.rows("SELECT count(*) FROM building_chat_room") == [(2,)]


def test_a_building_that_is_gone_is_silent(attalos, person, client, work):
    ada = attalos.take_in(person())
    group = rooms(ada, attalos).json["group"]

    client.as_admin().delete(attalos.url)
    at_once = write(ada, group).status
    work()

    assert at_once in {403, 404, 409}
    assert read(ada, group).status == 404


def test_buildings_from_before_get_their_rooms_by_the_command(attalos, person, app):
    ada = attalos.take_in(person())
    app.db.execute_sql("DELETE FROM building_chat_room")
    without = rooms(ada, attalos).status

    said = [CliRunner().invoke(building_chats).output for _ in range(2)]

    assert without == 404
    assert said == ["2 conversations opened\n", "0 conversations opened\n"]
    assert rooms(ada, attalos).status == 200

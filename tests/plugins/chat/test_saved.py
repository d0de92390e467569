"""Bookmarks: one's own, and only of what one may read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

PLUGINS = ("chat",)


def save(who, message, note=""):
    return who.client.put(f"/v1/messages/{message['id']}/saved", {"note": note})


def saved(who, **query):
    return who.client.get("/v1/chat/saved", query=query).json


def test_what_one_saves_is_listed_for_oneself_alone(ada, ben):
    said = ada.say(ada.group(ben), "Remember this")

    assert save(ben, said, "for Monday").status == 204

    [kept] = saved(ben)["items"]
    assert (kept["message"]["text"], kept["note"]) == ("Remember this", "for Monday")
    assert saved(ada)["items"] == []


def test_saving_again_changes_the_note_and_keeps_the_place(ada, ben, clock):
    said = ada.say(ada.group(ben))
    save(ben, said, "one")
    first = saved(ben)["items"][0]["saved_at"]
    clock.advance(timedelta(minutes=1))

    with ThreadPoolExecutor(6) as pool:
        statuses = set(pool.map(lambda _: save(ben, said, "two").status, range(6)))

    [kept] = saved(ben)["items"]
    assert (statuses, kept["note"], kept["saved_at"]) == ({204}, "two", first)


def test_the_list_goes_on_page_by_page_the_latest_first(ada, ben, clock):
    room = ada.group(ben)
    said = [ada.say(room, f"Number {number}") for number in range(3)]
    for message in said:
        save(ben, message)
        clock.advance(timedelta(seconds=1))

    first = saved(ben, limit=2)
    second = saved(ben, limit=2, cursor=first["next"])

    found = [each["message"]["text"] for each in first["items"] + second["items"]]
    assert found == ["Number 2", "Number 1", "Number 0"]
    assert second["next"] is None


def test_who_leaves_the_conversation_sees_it_among_the_saved_no_more(ada, ben):
    room = ada.group(ben)
    save(ben, ada.say(room))

    ben.client.delete(f"/v1/conversations/{room}/members/{ben.id}")

    assert saved(ben)["items"] == []


@pytest.mark.parametrize("scope", ["all", "me"])
def test_a_deleted_message_is_saved_no_more(ada, ben, scope):
    room = ada.group(ben)
    said = ben.say(room)
    save(ben, said)

    ben.client.delete(f"/v1/messages/{said['id']}", query={"for": scope})

    assert saved(ben)["items"] == []


def test_a_message_of_others_cannot_be_saved(ada, ben, cleo):
    assert save(cleo, ada.say(ada.group(ben))).status == 404


def test_a_bookmark_is_taken_off_once(ada, ben):
    said = ada.say(ada.group(ben))
    save(ben, said)

    first = ben.client.delete(f"/v1/messages/{said['id']}/saved").status
    again = ben.client.delete(f"/v1/messages/{said['id']}/saved").status

    assert (first, again, saved(ben)["items"]) == (204, 404, [])

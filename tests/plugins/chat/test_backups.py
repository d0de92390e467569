"""Backups: all one may read, in a file; restored as copies for oneself, each once."""

from __future__ import annotations

import orjson
import pytest

from kernel import uuid7
from plugins.chat.models import Message
from plugins.chat.services import backups, restoring

PLUGINS = ("chat",)


@pytest.fixture
def back_up(client, work):
    """Make a backup; return its lines."""

    def make(who):
        made = who.client.post("/v1/chat/backups")
        assert made.status == 202, made.text
        work()
        shown = who.client.get(f"/v1/chat/backups/{made.json['id']}").json
        assert shown["status"] == "ready", shown
        answer = client.unchecked().get(shown["url"])
        assert answer.status == 200
        lines = [orjson.loads(line) for line in answer.body.splitlines()]
        assert shown["messages"] == sum("message" in line for line in lines)
        return lines

    return make


@pytest.fixture
def restore(client, work):
    """Upload lines and restore them; return how that ended."""

    def make(who, lines):
        begun = who.client.post("/v1/chat/restores").json
        data = lines if isinstance(lines, bytes) else b"".join(orjson.dumps(each) + b"\n" for each in lines)
        headers = {"content-type": "application/x-ndjson"}
        assert client.unchecked().put(begun["upload_url"], body=data, headers=headers).status == 204
        started = who.client.post(f"/v1/chat/restores/{begun['id']}/start")
        assert started.status == 202, started.text
        work()
        return who.client.get(f"/v1/chat/restores/{begun['id']}").json

    return make


OTHERS = [each.column_name for each in Message._meta.sorted_fields if each.name not in {"id", "seq", "text"}]


def said(lines):
    return [line["message"]["text"] for line in lines if "message" in line]


def copies(who, **query):
    return who.client.get("/v1/chat/restored", query=query).json


def test_a_backup_holds_what_its_owner_may_read_and_nothing_else(ada, ben, cleo, back_up):
    room, direct = ada.group(ben), ada.direct(ben)
    ada.say(room, "In the group")
    ben.say(direct, "Between us")
    ada.say(ada.direct(cleo), "Not for Ben")
    hidden, gone = ada.say(room, "Hidden"), ada.say(room, "Deleted")
    ada.say(room, "Burn", ttl=600)
    ben.client.delete(f"/v1/messages/{hidden['id']}", query={"for": "me"})
    ada.client.delete(f"/v1/messages/{gone['id']}")

    lines = back_up(ben)

    assert lines[0]["backup"]["user_id"] == str(ben.id)
    assert sorted(said(lines)) == ["Between us", "In the group"]
    assert {each["message"]["sender_name"] for each in lines if "message" in each} == {
        "Ada Lindqvist",
        "Ben Okafor",
    }


def test_more_than_a_batch_is_written_in_order_and_complete(app, ada, ben, back_up):
    said_here = ada.say(ada.group(ben), "0")
    columns = ", ".join(
        {"id": "gen_random_uuid()", "seq": "n", "text": "n::text"}.get(each, each)
        for each in ("id", "seq", "text", *OTHERS)
    )
    app.db.execute_sql(
        f"INSERT INTO chat_message (id, seq, text, {', '.join(OTHERS)}) SELECT {columns}"
        " FROM chat_message, generate_series(100, 1299) AS n WHERE id = %s",
        (said_here["id"],),
    )

    assert said(back_up(ben)) == ["0", *(f"{number}" for number in range(100, 1300))]


def test_one_backup_is_made_at_a_time(ada, ben):
    statuses = [ada.client.post("/v1/chat/backups").status for _ in range(2)]

    assert statuses == [202, 409]


def test_the_file_goes_after_its_time_and_the_link_with_it(app, ada, clock, back_up):
    back_up(ada)
    [made] = ada.client.get("/v1/chat/backups").json["items"]

    clock.advance(backups.KEPT)
    swept = backups.sweep()

    assert swept == 1
    assert not app.blobs.exists(backups.key_of(made["id"]))


def test_nobody_sees_the_backups_of_others(ada, ben, back_up):
    back_up(ada)
    [made] = ada.client.get("/v1/chat/backups").json["items"]

    assert ben.client.get("/v1/chat/backups").json["items"] == []
    assert ben.client.get(f"/v1/chat/backups/{made['id']}").status == 404
    assert ben.client.delete(f"/v1/chat/backups/{made['id']}").status == 404


def test_what_one_lost_comes_back_as_copies_once_however_often_it_is_restored(ada, ben, back_up, restore):
    room = ada.group(ben)
    ada.say(room, "One")
    ada.say(room, "Two")
    lines = back_up(ben)
    ben.client.delete(f"/v1/conversations/{room}/members/{ben.id}")

    first = restore(ben, lines)
    again = restore(ben, lines)

    assert (first["status"], first["messages"], again["messages"]) == ("ready", 2, 0)
    items = copies(ben)["items"]
    assert [each["text"] for each in items] == ["Two", "One"]
    assert {(each["title"], each["sender_name"]) for each in items} == {("Garden", "Ada Lindqvist")}
    assert copies(ada)["items"] == []


def test_what_chat_still_shows_is_not_copied(ada, ben, back_up, restore):
    ada.say(ada.group(ben), "Still there")
    lines = back_up(ben)

    ended = restore(ben, lines)

    assert (ended["messages"], copies(ben)["items"]) == (0, [])


def test_what_was_deleted_for_everybody_does_not_come_back(ada, ben, back_up, restore):
    room = ada.group(ben)
    gone = ada.say(room, "Regretted")
    lines = back_up(ben)
    ada.client.delete(f"/v1/messages/{gone['id']}")

    ended = restore(ben, lines)

    assert (ended["status"], ended["messages"]) == ("ready", 0)


def test_a_cleared_history_comes_back_as_copies_and_stays_cleared(ada, ben, back_up, restore):
    room = ada.group(ben)
    ada.say(room, "Before")
    lines = back_up(ben)
    ben.client.delete(f"/v1/conversations/{room}/history")

    restore(ben, lines)

    assert [each["text"] for each in copies(ben, conversation_id=room)["items"]] == ["Before"]
    assert ben.sees(room) == []


def test_copies_come_page_by_page(ada, ben, back_up, restore):
    room = ada.group(ben)
    for number in range(3):
        ada.say(room, f"{number}")
    lines = back_up(ben)
    ben.client.delete(f"/v1/conversations/{room}/history")
    restore(ben, lines)

    first = copies(ben, limit=2)
    second = copies(ben, limit=2, cursor=first["next"])

    assert [each["text"] for each in first["items"] + second["items"]] == ["2", "1", "0"]
    assert second["next"] is None


HEAD = {"backup": {"format": "stoa.chat.backup", "version": 1}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"[]",
        b'{"message": 5}',
        b"\xff\xfe",
        orjson.dumps({"backup": {"format": "other", "version": 1}}),
        orjson.dumps(HEAD) + b"\n" + orjson.dumps({"message": {"id": "x"}}),
        orjson.dumps(HEAD)
        + b'\n{"conversation": {"id": "01a1f940-5cd2-7168-a132-671891dab53d", "title": "\\u0000"}}',
        orjson.dumps(HEAD) + b"\n" + b"x" * (restoring.LONGEST + 1),
    ],
)
def test_a_file_that_is_no_backup_fails_with_a_reason(ada, restore, data):
    ended = restore(ada, data)

    assert (ended["status"], ended["messages"]) == ("failed", 0)
    assert ended["failure"] != ""


def test_without_a_file_nothing_is_begun(ada):
    begun = ada.client.post("/v1/chat/restores").json

    assert ada.client.post(f"/v1/chat/restores/{begun['id']}/start").status == 422


def test_an_erased_person_leaves_neither_backups_nor_copies(app, ada, ben, back_up, restore):
    room = ada.group(ben)
    ada.say(room)
    lines = back_up(ben)
    ben.client.delete(f"/v1/conversations/{room}/history")
    restore(ben, lines)

    with app.db.atomic():
        app.hooks.call("erase_personal_data", app=app, user_id=ben.id)
    backups.sweep()

    for table in ("chat_backup", "chat_restored"):
        assert app.db.rows(f"SELECT count(*) FROM {table} WHERE user_id = %s", (ben.id,)) == [(0,)]


@pytest.mark.settings(chat={"max_restored_bytes": 20_000})
def test_copies_take_so_much_room_and_no_more_however_few_they_are(ada, ben, back_up, restore):
    ada.say(ada.group(ben), "Hello")
    head, place, line = back_up(ada)
    payload = {str(uuid7()): uuid7().hex for _ in range(150)}

    def bulky(number):
        return [
            {"message": {**line["message"], "id": str(uuid7()), "seq": n, "payload": payload}}
            for n in range(1, number + 1)
        ]

    few = restore(ada, [head, place, *bulky(1)])
    many = restore(ada, [head, place, *bulky(10)])

    assert (few["status"], few["messages"]) == ("ready", 1)
    assert (many["status"], many["failure"]) == ("failed", "At most 20000 bytes of messages are kept.")
    assert len(copies(ada)["items"]) == 1

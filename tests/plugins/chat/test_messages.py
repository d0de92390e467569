"""Messages: what they hold, resends, replies, reactions, edits, deletion, history."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.chat.services import receipts

PLUGINS = ("chat",)


def path(message, step=""):
    return f"/v1/messages/{message['id']}{'/' if step else ''}{step}"


def test_two_people_read_the_same_in_the_same_order(ada, ben):
    there = ada.direct(ben)

    for text, who in (("One", ada), ("Two", ben), ("Three", ada)):
        who.say(there, text)

    assert [(each["seq"], each["text"]) for each in ada.sees(there)] == [(1, "One"), (2, "Two"), (3, "Three")]
    assert [each["id"] for each in ben.sees(there)] == [each["id"] for each in ada.sees(there)]


def test_a_resend_is_the_message_there_is(ada, ben, app):
    there, key = ada.direct(ben), str(uuid7())

    first = ada.say(there, "Hello", id=key)
    ada.client.patch(path(first), {"text": "Hello!"})
    again = ada.say(there, "Hello", id=key)

    assert (again["id"], again["seq"], again["text"]) == (key, first["seq"], "Hello!")
    assert len(ben.sees(there)) == 1
    [(events,)] = app.db.rows("SELECT count(*) FROM kernel_event WHERE type = 'chat.message.sent.v1'")
    assert events == 1


def test_another_message_under_a_known_id_is_refused_the_same_to_everybody(ada, ben, cleo):
    there, key = ada.direct(ben), str(uuid7())
    ada.say(there, "Hello", id=key)
    elsewhere = cleo.group(ben)

    mine = ada.client.post(f"/v1/conversations/{there}/messages", {"text": "Bye", "id": key})
    foreign = cleo.client.post(f"/v1/conversations/{elsewhere}/messages", {"text": "Hello", "id": key})

    assert (mine.status, mine.problem) == (foreign.status, foreign.problem) == (409, "message-id-taken")
    assert mine.json["detail"] == foreign.json["detail"]
    assert cleo.sees(elsewhere) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "text", "text": " "}, "/text"),
        ({"type": "text", "text": "x" * 8001}, "/text"),
        ({"type": "text", "text": "x", "payload": {"a": 1}}, "/payload/a"),
        ({"type": "system", "text": "x"}, "/type"),
        ({"type": "image", "text": "x"}, "/media_ids"),
        ({"type": "image", "media_ids": [str(uuid7())]}, "/media_ids/0"),
        ({"type": "text", "text": "x", "media_ids": [str(uuid7())]}, "/media_ids"),
        ({"type": "location", "payload": {"latitude": 91, "longitude": 0}}, "/payload/latitude"),
        ({"type": "location", "payload": {"longitude": 0}}, "/payload/latitude"),
        ({"type": "contact", "payload": {"name": ""}}, "/payload/name"),
        ({"type": "poll", "payload": {"question": "?", "options": ["one"]}}, "/payload/options"),
        ({"type": "gif"}, "/payload/url"),
        ({"type": "gif", "payload": {"url": "javascript:alert(1)"}}, "/payload/url"),
        ({"type": "sticker"}, "/payload/emoji"),
        ({"text": "x", "reply_to_id": str(uuid7())}, "/reply_to_id"),
        ({"text": "x", "thread_id": str(uuid7())}, "/thread_id"),
        ({"text": "x", "ttl": 0}, "/ttl"),
        ({"text": "x", "id": "1"}, "/id"),
    ],
)
def test_what_a_message_cannot_hold_is_named(ada, ben, body, pointer):
    answer = ada.client.post(f"/v1/conversations/{ada.direct(ben)}/messages", body)

    assert answer.status == 422
    assert list(answer.faults) == [pointer]


@pytest.mark.parametrize(
    ("type_", "payload", "text"),
    [
        ("markdown", {}, "**Hello** <script>"),
        ("code", {"language": "python", "filename": ""}, "print(1)"),
        ("location", {"latitude": 52.5, "longitude": 13.4}, ""),
        ("live_location", {"latitude": 1, "longitude": 2, "until": "in an hour"}, ""),
        ("contact", {"name": "Dora", "phones": ["+49 30 1"], "emails": ["d@example.org"]}, ""),
        ("poll", {"question": "When?", "options": ["Now", "Later"], "multiple": True}, ""),
        ("gif", {"url": "https://example.org/a.gif"}, ""),
        ("sticker", {"pack": "cats", "emoji": "purr"}, ""),
    ],
)
def test_every_type_keeps_what_it_is_made_of(ada, ben, clock, type_, payload, text):
    there = ada.direct(ben)
    if "until" in payload:
        payload = payload | {"until": (clock.now() + timedelta(hours=1)).isoformat()}

    ada.say(there, text, type=type_, payload=payload)

    [seen] = ben.sees(there)
    assert (seen["type"], seen["text"]) == (type_, text)
    assert {name: seen["payload"][name] for name in payload} == payload


def test_pictures_are_the_senders_own_private_and_seen_by_the_members(ada, ben, cleo, picture, client):
    there, mine = ada.direct(ben), picture(ada.id)

    said = ada.say(there, "Look", type="image", media_ids=[str(mine)])
    public = ada.client.post(
        f"/v1/conversations/{there}/messages",
        {"type": "image", "media_ids": [str(picture(ada.id, visibility="public"))]},
    )
    stolen = ben.client.post(
        f"/v1/conversations/{there}/messages", {"type": "image", "media_ids": [str(mine)]}
    )

    [seen] = ben.sees(there)
    assert [each["id"] for each in seen["media"]] == [str(mine)]
    assert client.unchecked().get(seen["media"][0]["url"]).status == 200
    assert cleo.client.get(path(said)).status == 404
    assert cleo.client.get(f"/v1/media/{mine}/file").status == 404
    assert (public.status, list(public.faults)) == (422, ["/media_ids/0"])
    assert (stolen.status, list(stolen.faults)) == (422, ["/media_ids/0"])


def test_an_album_takes_pictures_only(ada, ben, picture):
    there = ada.direct(ben)
    two = [str(picture(ada.id)) for _ in range(2)]

    said = ada.say(there, "", type="album", media_ids=two)
    one = ada.client.post(f"/v1/conversations/{there}/messages", {"type": "album", "media_ids": two[:1]})
    film = ada.client.post(f"/v1/conversations/{there}/messages", {"type": "video", "media_ids": two[:1]})

    assert said["media_ids"] == two
    assert (one.status, list(one.faults)) == (422, ["/media_ids"])
    assert (film.status, list(film.faults)) == (422, ["/media_ids/0"])


def test_replies_make_a_thread_whose_root_counts_them(ada, ben):
    there = ada.direct(ben)
    root = ada.say(there, "Root")

    first = ben.say(there, "First", thread_id=root["id"], reply_to_id=root["id"])
    ada.say(there, "Second", thread_id=first["id"])
    ada.say(there, "Beside it")

    assert ada.client.get(path(root)).json["reply_count"] == 2
    assert [each["text"] for each in ben.sees(there, thread_id=root["id"])] == ["Root", "First", "Second"]
    ben.client.delete(path(first))
    assert ada.client.get(path(root)).json["reply_count"] == 1


def test_mentions_are_members_and_hashtags_are_read_from_the_text(ada, ben, cleo):
    there = ada.direct(ben)

    said = ada.say(there, "#Garden and #garden, not a#b: #x", mentions=[str(ben.id), str(cleo.id)])

    assert said["mentions"] == [str(ben.id)]
    assert said["hashtags"] == ["garden", "x"]


def test_a_reaction_counts_once_for_each_person(ada, ben, streamed):
    there = ada.direct(ben)
    said = ada.say(there)

    for who in (ada, ben, ben):
        answer = who.client.put(path(said, "reactions"), {"emoji": "👍"})
    assert answer.json["reactions"] == {"👍": 2}
    assert [name for _, name, _ in streamed(there)].count("message:reaction") == 2

    for _ in range(2):
        gone = ben.client.delete(path(said, "reactions"), {"emoji": "👍"})
    assert gone.json["reactions"] == {"👍": 1}
    assert ada.sees(there)[0]["my_reactions"] == ["👍"]
    assert ben.sees(there)[0]["my_reactions"] == []


@pytest.mark.settings(chat={"max_reactions": 2})
def test_a_message_takes_so_many_different_emoji(ada, ben):
    said = ada.say(ada.direct(ben))

    answers = [ada.client.put(path(said, "reactions"), {"emoji": emoji}).status for emoji in "abc"]

    assert answers == [200, 200, 422]


def test_an_edit_is_the_senders_and_keeps_what_was_said(ada, ben, streamed):
    there = ada.direct(ben)
    said = ada.say(there, "Helo")

    edited = ada.client.patch(path(said), {"text": "Hello"})
    same = ada.client.patch(path(said), {"text": "Hello"})
    foreign = ben.client.patch(path(said), {"text": "Bye"})
    stale = ada.client.patch(path(said), {"text": "Hi"}, headers={"If-Match": '"1"'})

    assert (edited.json["text"], edited.json["version"]) == ("Hello", 2)
    assert (same.json["version"], foreign.status, stale.status) == (2, 403, 412)
    before = ben.client.get(path(said, "revisions")).json["items"]
    assert [each["text"] for each in before] == ["Helo"]
    assert [name for _, name, _ in streamed(there)] == ["message:new", "message:edited"]


@pytest.mark.settings(chat={"edit_hours": 1, "delete_hours": 1})
def test_there_is_a_time_to_change_ones_mind(ada, ben, clock, client):
    there = ada.direct(ben)
    said = ada.say(there)
    clock.advance(timedelta(hours=1, seconds=1))
    mine = client.as_user(ada.id)

    assert (mine.patch(path(said), {"text": "x"}).status, mine.delete(path(said)).status) == (409, 409)
    assert mine.delete(path(said), query={"for": "me"}).status == 204


def test_a_deleted_message_leaves_a_tombstone_and_its_text_nowhere(ada, ben, app, streamed):
    there = ada.direct(ben)
    said = ada.say(there, "Secretive words")
    ada.client.patch(path(said), {"text": "Secretive words, edited"})
    ben.client.put(path(said, "reactions"), {"emoji": "👍"})
    ben.client.put(path(said, "pin"))

    refused = ben.client.delete(path(said))
    statuses = [ada.client.delete(path(said)).status for _ in range(2)]

    assert (refused.status, statuses) == (403, [204, 204])
    tombstone = ben.sees(there)[0]
    assert tombstone["deleted_at"]
    assert (tombstone["text"], tombstone["reactions"], tombstone["seq"]) == ("", {}, 1)
    assert ben.snapshot(there)["pins"] == []
    assert ben.client.get(path(said, "revisions")).json["items"] == []
    assert "Secretive" not in str(streamed(there))
    for table in ("chat_message", "chat_revision", "kernel_event"):
        assert "Secretive" not in str(app.db.rows(f"SELECT * FROM {table}"))
    assert ada.client.patch(path(said), {"text": "x"}).problem == "message-deleted"
    assert [name for _, name, _ in streamed(there)].count("message:deleted") == 1


def test_what_one_deletes_for_oneself_the_others_keep(ada, ben):
    there = ada.direct(ben)
    said = ada.say(there)

    assert ben.client.delete(path(said), query={"for": "me"}).status == 204

    assert (ben.sees(there), len(ada.sees(there))) == ([], 1)
    assert ben.client.get(path(said)).status == 404
    assert ben.unread(there) == 0


def test_the_history_goes_both_ways_and_around_a_message(ada, ben):
    there = ada.direct(ben)
    said = [ada.say(there, str(number)) for number in range(1, 13)]
    get = lambda **query: ben.client.get(f"/v1/conversations/{there}/messages", query=query).json  # noqa: E731

    latest = get(limit=5)
    before = get(limit=5, before=latest["older"])
    first = get(limit=5, before=before["older"])
    after = get(limit=5, after=3)
    around = get(limit=5, around=said[5]["id"])

    seqs = lambda found: [each["seq"] for each in found["items"]]  # noqa: E731
    assert (seqs(latest), seqs(before), seqs(first)) == ([8, 9, 10, 11, 12], [3, 4, 5, 6, 7], [1, 2])
    assert (first["older"], first["newer"], latest["newer"]) == (None, 2, None)
    assert (seqs(after), after["newer"], after["older"]) == ([4, 5, 6, 7, 8], 8, 4)
    assert (seqs(around), around["older"], around["newer"]) == ([4, 5, 6, 7, 8], 4, 8)
    assert seqs(get(after=12)) == []


def test_unread_is_exact_through_reading_deleting_hiding_and_clearing(ada, ben):
    there = ada.direct(ben)
    said = [ada.say(there, str(number)) for number in range(6)]
    assert ben.unread(there) == 6

    ben.read(there, 2)
    ada.client.delete(path(said[4]))
    ada.client.delete(path(said[0]))
    assert ben.unread(there) == 3

    ben.read(there, 1)
    assert ben.unread(there) == 3

    ben.say(there, "Mine")
    assert (ben.unread(there), ada.unread(there)) == (0, 1)

    ada.say(there, "Again")
    ben.client.delete(f"/v1/conversations/{there}/history")
    assert (ben.unread(there), ben.sees(there), len(ada.sees(there))) == (0, [], 8)
    ada.say(there, "New")
    assert (ben.unread(there), [each["text"] for each in ben.sees(there)]) == (1, ["New"])


def test_reading_ten_thousand_messages_is_one_row_written(ada, ben, app):
    there = ada.direct(ben)
    ada.say(there)
    row = app.db.dicts("SELECT * FROM chat_message")[0]
    columns = [name for name in row if name != "words"]
    chosen = ", ".join({"id": "gen_random_uuid()", "seq": "n", "ordinal": "n"}.get(c, c) for c in columns)
    app.db.execute_sql(
        f"INSERT INTO chat_message ({', '.join(columns)}) SELECT {chosen} "
        "FROM chat_message, generate_series(2, 10000) AS n"
    )
    app.db.execute_sql("UPDATE chat_conversation SET last_seq = 10000, last_ordinal = 10000")
    assert ben.unread(there) == 10000

    written = "SELECT sum(n_tup_upd + n_tup_ins) FROM pg_stat_xact_user_tables WHERE relname LIKE 'chat_%%'"
    with app.db.atomic():
        [(before,)] = app.db.rows(written)
        receipts.read(ben.principal, UUID(there), 10000)
        [(after,)] = app.db.rows(written)

    assert (after - before, ben.unread(there)) == (1, 0)


def test_receipts_are_mutual(ada, ben, client, streamed):
    there = ada.direct(ben)
    ada.say(there)
    ben.read(there, 1)
    marks = lambda who: {m["user_id"]: m["read_seq"] for m in who.snapshot(there)["members"]}  # noqa: E731
    assert marks(ada) == {str(ada.id): 1, str(ben.id): 1}

    client.as_user(ben.id).patch("/v1/users/me", {"privacy": {"read_receipts": "nobody"}})
    ada.say(there)
    told = len(streamed(there, "receipts"))
    ben.read(there, 2)

    assert marks(ada) == marks(ben) == {str(ada.id): None, str(ben.id): None}
    assert len(streamed(there, "receipts")) == told
    assert ben.unread(there) == 0

"""Messages that vanish: from their moment on nobody reads them anywhere, and soon they are gone."""

from __future__ import annotations

from datetime import timedelta

from kernel import uuid7

PLUGINS = ("chat",)
TTL = 60


def vanishing(who, room, text="Burn this #secret", **more):
    return who.say(room, text, ttl=TTL, **more)


def test_at_its_moment_it_is_in_no_read_path_though_no_job_ran(ada, ben, clock):
    room = ada.group(ben)
    kept = ada.say(room, "This stays")
    gone = vanishing(ada, room)
    ada.client.put(f"/v1/messages/{gone['id']}/pin")
    ben.client.put(f"/v1/messages/{gone['id']}/saved", {"note": ""})
    read = ben.client.get
    before = read("/v1/chat/saved").json["items"]

    clock.advance(timedelta(seconds=TTL))

    assert [each["message"]["id"] for each in before] == [gone["id"]]
    assert [each["id"] for each in ben.sees(room) if each["type"] != "system"] == [kept["id"]]
    snapshot = ben.snapshot(room)
    assert gone["id"] not in [each["id"] for each in snapshot["messages"]]
    assert snapshot["pins"] == []
    assert read(f"/v1/messages/{gone['id']}").status == 404
    assert read(f"/v1/messages/{gone['id']}/revisions").status == 404
    assert read("/v1/chat/saved").json["items"] == []
    assert read("/v1/chat/search", query={"q": "burn"}).json["items"] == []
    assert read("/v1/chat/hashtags").json["items"] == []
    assert read("/v1/chat/hashtags/secret").json["items"] == []
    [listed] = read("/v1/conversations").json["items"]
    assert listed["last_message"]["id"] != gone["id"]
    assert ben.unread(room) == 1


def test_it_can_be_neither_answered_nor_forwarded_nor_voted_for_any_more(ada, ben, clock):
    room = ada.group(ben)
    gone = vanishing(ada, room, "", type="poll", payload={"question": "?", "options": ["a", "b"]})
    clock.advance(timedelta(seconds=TTL))
    at = f"/v1/messages/{gone['id']}"

    assert ben.client.put(f"{at}/vote", {"options": [0]}).status == 404
    assert ben.client.put(f"{at}/reactions", {"emoji": "👍"}).status == 404
    assert ben.client.put(f"{at}/saved", {"note": ""}).status == 404
    answer = {"text": "What?", "reply_to_id": gone["id"]}
    assert ben.client.post(f"/v1/conversations/{room}/messages", answer).status == 422


def test_the_job_takes_it_away_for_good(app, ada, ben, clock, work, picture, streamed):
    room, shown = ada.group(ben), picture(ada.id)
    gone = vanishing(ada, room, "Look", type="image", media_ids=[str(shown)])
    ben.client.put(f"/v1/messages/{gone['id']}/reactions", {"emoji": "👍"})
    ben.client.put(f"/v1/messages/{gone['id']}/saved", {"note": "!"})

    clock.advance(timedelta(seconds=TTL))
    work()

    given = (gone["id"],)
    [row] = app.db.rows(
        "SELECT text, media_ids::text, deleted_at IS NOT NULL FROM chat_message WHERE id = %s", given
    )
    assert row == ("", "{}", True)
    for table in ("chat_reaction", "chat_saved"):
        assert app.db.rows(f"SELECT count(*) FROM {table} WHERE message_id = %s", given) == [(0,)]
    assert app.db.rows("SELECT count(*) FROM media_attachment WHERE medium_id = %s", (shown,)) == [(0,)]
    told = [data for _, name, data in streamed(room) if name.startswith("message:") and "message" in data]
    assert [data["message"]["text"] for data in told if data["message"]["id"] == gone["id"]] == ["", ""]


def test_the_rule_of_a_conversation_holds_for_its_messages(ada, ben, clock):
    room = ada.group(ben, message_ttl=TTL)
    said = ben.say(room)

    clock.advance(timedelta(seconds=TTL))

    assert said["expires_at"] is not None
    assert [each for each in ada.sees(room) if each["type"] != "system"] == []


def test_it_is_purged_once_by_jobs_that_overlap(app, ada, ben, clock, streamed, work):
    room = ada.group(ben)
    for number in range(4):
        vanishing(ada, room, f"Number {number}", id=str(uuid7()))
    clock.advance(timedelta(seconds=TTL))

    work()
    before = streamed(room)
    work()

    assert [name for _, name, _ in before].count("message:deleted") == 4
    assert streamed(room) == before

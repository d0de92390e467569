"""The namespace `/chat`: what sockets send and are sent, to whom, and what they recover."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import pytest

from kernel import uuid7
from kernel.testing.realtime import PATIENCE, AckRefused

PLUGINS = ("chat",)


def room(conversation):
    return f"conversation:{conversation}"


def wait_for(condition):
    """Wait until the other process has said who is there."""
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, "the other process never said it"


@pytest.fixture
def connect(realtime):
    return lambda who, positions=None: realtime.connect("/chat", who.client, positions)


def test_a_message_sent_by_a_socket_reaches_the_other_and_is_acknowledged(ada, ben, connect):
    there, key = ada.direct(ben), str(uuid7())
    sender, reader = connect(ada), connect(ben)

    answers = [
        sender.call("message:send", {"conversation_id": there, "text": "Hello", "id": key}) for _ in range(2)
    ]

    heard = reader.expect("message:new")
    assert heard.data["message"] == answers[0] == answers[1]
    assert (heard.room, heard.data["message"]["seq"]) == (room(there), 1)
    ada.say(there, "Next")
    assert reader.expect("message:new").data["message"]["text"] == "Next"
    assert len(reader.heard("message:new")) == 2


def test_a_conversation_opened_now_is_live_at_once(ada, ben, connect):
    reader = connect(ben)

    there = ada.direct(ben)

    assert reader.expect("conversation:created").data == {"conversation_id": there, "kind": "direct"}
    reader.until(lambda it: room(there) in it.positions)
    ada.say(there)
    assert reader.expect("message:new").data["conversation_id"] == there


def test_edits_reactions_and_deletions_are_told(ada, ben, connect):
    there = ada.direct(ben)
    mine, reader = connect(ada), connect(ben)
    said = mine.call("message:send", {"conversation_id": there, "text": "Helo"})

    edited = mine.call("message:edit", {"message_id": said["id"], "text": "Hello", "version": 1})
    reacted = mine.call("message:react", {"message_id": said["id"], "emoji": "👍"})
    mine.call("message:delete", {"message_id": said["id"]})

    assert reader.expect("message:edited").data["message"] == edited
    assert reader.expect("message:reaction").data["reactions"] == reacted["reactions"] == {"👍": 1}
    gone = reader.expect("message:deleted").data
    assert (gone["reason"], gone["message"]["text"], gone["message"]["reactions"]) == ("sender", "", {})


def test_reading_is_told_to_the_others_and_to_ones_other_devices(ada, ben, connect):
    there = ada.direct(ben)
    writer, phone, desk = connect(ada), connect(ben), connect(ben)
    ada.say(there)

    assert phone.call("delivered", {"conversation_id": there, "seq": 1}) == {
        "read_seq": 0,
        "delivered_seq": 1,
    }
    phone.call("read", {"conversation_id": there, "seq": 1})

    marks = [writer.expect("receipt").data for _ in range(2)]
    assert [(each["user_id"], each["delivered_seq"], each["read_seq"]) for each in marks] == [
        (str(ben.id), 1, None),
        (str(ben.id), 1, 1),
    ]
    assert desk.expect("conversation:read").data["read_seq"] == 1
    assert not writer.heard("conversation:read")


def test_who_hides_receipts_is_not_in_their_room(ada, ben, connect):
    there = ada.direct(ben)
    ada.client.patch("/v1/users/me", {"privacy": {"read_receipts": "nobody"}})

    assert f"receipts:{there}" not in connect(ada).rooms
    assert f"receipts:{there}" not in connect(ben).rooms


def test_who_shows_receipts_again_shares_them_at_once(ada, ben, connect, app, work):
    there = ada.direct(ben)
    ada.client.patch("/v1/users/me", {"privacy": {"read_receipts": "nobody"}})
    work()
    one, other = connect(ada), connect(ben)
    wait_for(lambda: len(app.realtime.online([ada.id, ben.id])) == 2)

    ada.client.patch("/v1/users/me", {"privacy": {"read_receipts": "everyone"}})
    work()

    for socket in (one, other):
        socket.until(lambda it: f"receipts:{there}" in it.positions)
    ada.say(there)
    ben.read(there, 1)
    assert one.expect("receipt").data["read_seq"] == 1


def test_typing_reaches_the_others_and_is_kept_nowhere(ada, ben, connect, streamed):
    there = ada.direct(ben)
    writer, reader = connect(ada), connect(ben)

    writer.call("typing", {"conversation_id": there})

    heard = reader.expect("typing")
    assert (heard.data["user_id"], heard.data["typing"], heard.seq) == (str(ada.id), True, None)
    assert heard.data["expires_in"] == 6
    assert streamed(there) == []
    ada.say(there)
    writer.expect("message:new")
    assert not writer.heard("typing")


def test_a_stranger_hears_and_says_nothing(ada, ben, cleo, connect):
    there = ada.direct(ben)
    said = ada.say(there)
    stranger = connect(cleo)

    for name in (room(there), f"receipts:{there}", f"user:{ada.id}", room(uuid7())):
        answer = stranger.ask("join", {"room": name})
        assert answer["data"]["rooms"][name].keys() == {"error"} if answer["ok"] else True
    for name, data in (
        ("message:send", {"conversation_id": there, "text": "x"}),
        ("message:edit", {"message_id": said["id"], "text": "x"}),
        ("message:delete", {"message_id": said["id"]}),
        ("message:react", {"message_id": said["id"], "emoji": "x"}),
        ("typing", {"conversation_id": there}),
        ("read", {"conversation_id": there, "seq": 1}),
        ("delivered", {"conversation_id": there, "seq": 1}),
    ):
        unknown = {key: str(uuid7()) if key.endswith("_id") else value for key, value in data.items()}
        foreign, missing = stranger.ask(name, data), stranger.ask(name, unknown)
        assert foreign["error"]["status"] == missing["error"]["status"] == 404, name
        assert foreign["error"]["type"] == missing["error"]["type"]
    ada.say(there)
    stranger.call("read", {"conversation_id": cleo.direct(ada), "seq": 0})
    assert not stranger.heard("message:new")


def test_who_is_removed_is_out_of_the_room(ada, ben, cleo, connect):
    group = ada.group(ben, cleo)
    out, stays = connect(ben), connect(cleo)

    ada.client.delete(f"/v1/conversations/{group}/members/{ben.id}")

    assert out.expect("conversation:removed").data == {"conversation_id": group, "reason": "removed"}
    out.until(lambda it: any(e.data["room"] == room(group) for e in it.heard("expelled")))
    ada.say(group, "Now")
    stays.expect("message:new", where=lambda data: data["message"]["text"] == "Now")
    assert not [e for e in out.heard("message:new") if e.data["message"]["text"] == "Now"]
    with pytest.raises(AckRefused):
        out.call("message:send", {"conversation_id": group, "text": "x"})


def test_who_returns_gets_exactly_what_they_missed(ada, ben, connect):
    there = ada.direct(ben)
    first = connect(ben)
    ada.say(there, "One")
    first.expect("message:new")
    first.close()

    for text in ("Two", "Three"):
        ada.say(there, text)
    again = connect(ben, first.positions)

    assert [each.data["message"]["text"] for each in again.heard("message:new")] == ["Two", "Three"]
    ada.say(there, "Four")
    assert again.expect("message:new", where=lambda d: d["message"]["text"] == "Four").seq == 4


def test_what_was_deleted_meanwhile_is_recovered_without_its_text(ada, ben, connect):
    there = ada.direct(ben)
    first = connect(ben)
    first.until(lambda it: room(there) in it.positions)
    first.close()
    said = ada.say(there, "Secretive")
    ada.client.delete(f"/v1/messages/{said['id']}")

    again = connect(ben, first.positions)

    assert [each.name for each in again.events if each.room == room(there)] == [
        "message:new",
        "message:deleted",
    ]
    assert "Secretive" not in str(again.events)


def test_who_is_connected_is_not_notified(ada, ben, connect, app, work):
    there = ada.direct(ben)
    connect(ben)
    wait_for(lambda: app.realtime.online([ben.id]))

    ada.say(there)
    work()

    assert ben.client.get("/v1/notifications").json["items"] == []


def test_bad_input_is_a_problem_that_names_the_field(ada, ben, connect):
    there, socket = ada.direct(ben), connect(ada)

    answer = socket.ask("message:send", {"conversation_id": there, "type": "text", "text": ""})

    assert answer["error"]["status"] == 422
    assert [each["pointer"] for each in answer["error"]["errors"]] == ["/text"]


def test_a_signed_out_device_is_closed(ada, ben, connect, client):
    socket = connect(ada)

    client.as_user(ada.id)
    ada.client.post("/v1/auth/logout-all", {})

    assert socket.wait_closed()


@pytest.mark.settings(chat={"live_rooms": 2})
def test_a_socket_joins_the_latest_conversations_and_others_on_request(ada, ben, cleo, connect, clock):
    made = []
    for who in (ben, cleo):
        made.append(ada.direct(who))
        clock.advance(timedelta(seconds=1))
    made.append(ada.group())

    socket = connect(ada)

    joined = {name for name in socket.rooms if name.startswith("conversation:")}
    assert joined == {room(each) for each in made[1:]}
    assert socket.join(room(made[0]))["seq"] == 0

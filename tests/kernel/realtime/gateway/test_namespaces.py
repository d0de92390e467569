"""Clients in namespaces: joining, events, acknowledgements, rooms, leaving."""

from __future__ import annotations

import pytest

from kernel.storage import uuid7
from kernel.testing import AckRefused, ConnectRefused

PLUGINS = ("notes",)


@pytest.fixture
def ann(client):
    return client.as_user()


@pytest.fixture
def ben(client):
    return client.as_user()


def test_an_event_is_answered_through_its_schemas(realtime, ann):
    socket = realtime.connect("/notes", ann)

    made = socket.call("note:write", {"text": "A chair"})

    assert made["text"] == "A chair"


def test_what_is_written_here_reaches_who_reads_it_there(realtime, notes, ann, ben):
    note = notes.write(None, ann.user_id, "A chair")
    notes.share(note.id, ben.user_id)
    reader = realtime.connect("/notes", ben)

    notes.write(note.id, ann.user_id, "A stool")

    heard = reader.expect("note:written")
    assert (heard.data, heard.room) == ({"id": str(note.id), "text": "A stool"}, f"note:{note.id}")
    assert reader.rooms[f"note:{note.id}"]["seq"] == heard.seq - 1


def test_a_room_of_another_answers_like_one_that_is_not_there(realtime, notes, ann, ben):
    note = notes.write(None, ann.user_id, "A chair")
    socket = realtime.connect("/notes", ben)

    answers = [
        socket.ask("join", {"room": f"note:{key}"}) for key in (note.id, uuid7(), "x", "\u2028", "%00")
    ]

    assert {(one["ok"], one["error"]["type"]) for one in answers} == {(False, "/problems/not-found")}
    assert {one["error"].get("detail") for one in answers} == {None}


def test_who_is_let_into_a_note_enters_at_once_and_leaves_at_once(realtime, notes, ann, ben):
    note = notes.write(None, ann.user_id, "A chair")
    socket = realtime.connect("/notes", ben)

    notes.share(note.id, ben.user_id)
    socket.until(lambda one: f"note:{note.id}" in one.rooms)
    notes.unshare(note.id, ben.user_id)

    assert socket.expect("expelled").data == {"room": f"note:{note.id}", "reason": "not shared any more"}
    with pytest.raises(AckRefused):
        socket.join(f"note:{note.id}")


def test_what_was_missed_is_recovered_at_connect(realtime, notes, ann):
    note = notes.write(None, ann.user_id, "one")
    first = realtime.connect("/notes", ann)
    first.join(f"note:{note.id}")
    notes.write(note.id, ann.user_id, "two")
    first.expect("note:written")
    first.close()
    for text in ("three", "four"):
        notes.write(note.id, ann.user_id, text)

    again = realtime.connect("/notes", ann, positions=first.positions)

    assert again.rooms[f"note:{note.id}"]["recovered"]
    again.until(lambda one: len(one.heard("note:written")) == 2)  # recovered, or live right behind it
    assert [one.data["text"] for one in again.heard("note:written")] == ["three", "four"]


def test_a_position_of_a_room_one_may_not_be_in_is_answered_with_a_problem(realtime, ann):
    room = f"note:{uuid7()}"

    socket = realtime.connect("/notes", ann, positions={room: {"epoch": "x", "seq": 3}})

    assert socket.rooms[room]["error"]["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("note:write", {"text": 3}, 422, "invalid"),
        ("note:write", {"text": "x", "colour": "red"}, 422, "invalid"),
        ("note:write", "text", 422, "invalid"),
        ("note:write", None, 422, "invalid"),
        ("note:write", {"text": "a\0b"}, 422, "invalid"),
        ("count", {"colour": "red"}, 422, "invalid"),
        ("note:conflict", None, 409, "conflict"),
        ("note:boom", None, 500, "internal-error"),
        ("note:wrote", {"text": "x"}, 404, "unknown-event"),
        ("secret", None, 403, "forbidden"),
        ("join", {"room": 7}, 422, "invalid"),
        ("join", {"room": "note:x", "position": {"epoch": "e", "seq": -1}}, 422, "invalid"),
        ("recover", {"positions": []}, 422, "invalid"),
        ("authenticate", {"token": "nonsense"}, 401, "unauthorized"),
    ],
)
def test_what_cannot_be_done_is_a_problem_in_the_acknowledgement(realtime, ann, name, data, status, kind):
    socket = realtime.connect("/notes", ann)

    answer = socket.ask(name, data)

    problem = answer["error"]
    assert (answer["ok"], problem["status"]) == (False, status)
    assert problem["type"].startswith("/problems/")
    assert kind in problem["type"] or kind == "unauthorized"
    assert problem["request_id"]
    assert socket.call("count")["value"] >= 1  # the socket lives on


def test_a_fault_names_the_field_and_an_unknown_event_the_nearest(realtime, ann):
    socket = realtime.connect("/notes", ann)

    fault = socket.ask("note:write", {"text": 3})["error"]
    unknown = socket.ask("note:wrote", {})["error"]

    assert [one["pointer"] for one in fault["errors"]] == ["/text"]
    assert "note:write" in unknown["detail"]


def test_without_an_acknowledgement_a_problem_comes_as_an_event(realtime, ann):
    socket = realtime.connect("/notes", ann)

    socket.send("note:conflict")

    assert socket.expect("error").data["holder"] == "somebody"


def test_events_of_one_socket_are_handled_in_the_order_they_were_sent(realtime, notes, ann):
    note = notes.write(None, ann.user_id, "0")
    socket = realtime.connect("/notes", ann)
    socket.join(f"note:{note.id}")

    for number in range(1, 101):
        socket.send("note:write", {"id": str(note.id), "text": str(number)})

    socket.until(lambda one: len(one.heard("note:written")) == 100)
    assert [one.data["text"] for one in socket.events if one.name == "note:written"] == [
        str(number) for number in range(1, 101)
    ]


def test_state_is_the_sockets_own(realtime, ann):
    first, second = realtime.connect("/notes", ann), realtime.connect("/notes", ann)

    counted = [first.call("count")["value"], first.call("count")["value"], second.call("count")["value"]]

    assert counted == [1, 2, 1]


def test_bytes_travel_both_ways(realtime, ann):
    socket = realtime.connect("/notes", ann)

    answer = socket.call("echo", {"value": [b"\x00\xff", {"deep": b"x"}]})

    assert answer == {"value": [b"\x00\xff", {"deep": b"x"}]}


def test_a_volatile_event_reaches_the_others_in_the_room(realtime, notes, ann, ben):
    note = notes.write(None, ann.user_id, "A chair")
    notes.share(note.id, ben.user_id)
    writer, reader = realtime.connect("/notes", ann), realtime.connect("/notes", ben)
    for socket in (writer, reader):
        socket.join(f"watch:{note.id}")

    writer.call("typing", {"value": str(note.id)})

    assert reader.expect("typing").data == {"value": str(ann.user_id)}
    writer.call("count")
    assert writer.heard("typing") == []


def test_a_handler_puts_its_socket_where_it_may_be(realtime, notes, ann, ben):
    note = notes.write(None, ann.user_id, "A chair")
    mine, other = realtime.connect("/notes", ann), realtime.connect("/notes", ben)

    entered = [one.call("enter", {"value": f"note:{note.id}"})["value"] for one in (mine, other)]

    assert entered == [True, False]


def test_after_leaving_a_room_nothing_of_it_comes(realtime, notes, ann):
    note = notes.write(None, ann.user_id, "A chair")
    socket = realtime.connect("/notes", ann)
    socket.join(f"note:{note.id}")
    socket.call("leave", {"room": f"note:{note.id}"})

    socket.call("note:write", {"id": str(note.id), "text": "A stool"})

    socket.call("count")
    assert socket.heard("note:written") == []


def test_connected_is_called_before_the_first_event(realtime, ann):
    socket = realtime.connect("/notes", ann, headers={"User-Agent": "sentence/1"})

    assert socket.expect("hello").data == {"value": "sentence/1"}


def test_a_public_namespace_takes_anyone_and_its_private_events_do_not(realtime, ann):
    nobody, somebody = realtime.connect("/board"), realtime.connect("/board", ann)

    assert nobody.call("count")["value"] == 1
    assert nobody.ask("private")["error"]["status"] == 401
    assert somebody.call("private")["value"] == 1


def test_an_unknown_namespace_is_refused_as_the_protocol_says(realtime, ann):
    with pytest.raises(ConnectRefused) as refused:
        realtime.connect("/nowhere", ann)

    assert refused.value.answer == {"message": "Invalid namespace"}


@pytest.mark.parametrize("token", [None, "nonsense", "x" * 9000, "é", 7, {"a": 1}])
def test_bad_credentials_are_refused_with_a_problem(realtime, token):
    with pytest.raises(ConnectRefused) as refused:
        realtime.connect("/notes", token)

    assert refused.value.problem["status"] in {401, 422}
    assert refused.value.answer["message"]


@pytest.mark.parametrize("positions", [[1], {"note:x": 3}, {"note:x": {"epoch": "e"}}, {"": {}}])
def test_positions_that_are_none_are_refused_with_a_problem(realtime, ann, positions):
    token = ann.headers["authorization"].partition(" ")[2]

    with pytest.raises(ConnectRefused) as refused:
        realtime.connect("/notes", token, raw_auth={"token": token, "positions": positions})

    assert refused.value.problem["status"] == 422

"""A right that is taken while a client joins is never left behind in a room."""

from __future__ import annotations

import pytest

from kernel.storage import uuid7
from kernel.testing import race

PLUGINS = ("notes",)
ROUNDS = 25


@pytest.fixture
def people(client):
    return client.as_user(), client.as_user()


def test_who_is_shut_out_while_joining_hears_nothing_afterwards(app, realtime, notes, people):
    ann, ben = people
    socket = realtime.connect("/notes", ben)
    shut_out = []
    for _ in range(ROUNDS):
        note = notes.write(None, ann.user_id, "before")
        notes.share(note.id, ben.user_id)
        room = f"note:{note.id}"

        race(
            lambda room=room: socket.ask("join", {"room": room}),
            lambda key=note.id: notes.unshare(key, ben.user_id),
        )
        shut_out.append(note)

    # The last refresh of this account has run once this later one has been heard of.
    last = notes.write(None, ann.user_id, "last")
    notes.share(last.id, ben.user_id)
    socket.until(lambda one: f"note:{last.id}" in one.rooms)
    for note in shut_out:
        notes.write(note.id, ann.user_id, "after")
    notes.write(last.id, ann.user_id, "the end")
    socket.until(lambda one: any(event.data["text"] == "the end" for event in one.heard("note:written")))

    assert [event for event in socket.heard("note:written") if event.data["text"] == "after"] == []


def test_who_is_let_in_while_joining_hears_everything(app, realtime, notes, people):
    ann, ben = people
    socket = realtime.connect("/notes", ben)
    rooms = []
    for _ in range(ROUNDS):
        note = notes.write(None, ann.user_id, "before")
        race(
            lambda key=note.id: socket.ask("join", {"room": f"note:{key}"}),
            lambda key=note.id: notes.share(key, ben.user_id),
        )
        rooms.append(note)

    socket.until(lambda one: {f"note:{note.id}" for note in rooms} <= one.rooms.keys())
    for note in rooms:
        notes.write(note.id, ann.user_id, "after")

    socket.until(
        lambda one: len([e for e in one.heard("note:written") if e.data["text"] == "after"]) == ROUNDS
    )


def test_an_account_banned_while_it_connects_is_not_connected(app, realtime, client):
    """Whichever comes first, nobody is left connected and answered."""
    for _ in range(ROUNDS):
        ann = client.as_user()
        outcomes = race(
            lambda ann=ann: realtime.connect("/notes", ann),
            lambda ann=ann: app.auth.set_status(ann.user_id, "banned"),
        )
        connected = outcomes[0]
        if not isinstance(connected, Exception):
            connected.wait_closed()
        app.db.release()


def test_positions_of_many_rooms_are_recovered_in_one_round_trip(realtime, notes, people):
    ann, _ = people
    made = [notes.write(None, ann.user_id, "first") for _ in range(50)]
    positions = {f"note:{one.id}": {"epoch": "0", "seq": 0} for one in made}
    positions[f"note:{uuid7()}"] = {"epoch": "0", "seq": 0}
    socket = realtime.connect("/notes", ann)

    answer = socket.call("recover", {"positions": positions})["rooms"]

    assert answer.keys() == positions.keys()
    assert sum("error" in state for state in answer.values()) == 1

"""Real clients at two processes: who was shut out hears nothing that was sent after the answer."""

from __future__ import annotations

import pytest

from kernel.testing import Client, Server, SocketClient

PLUGINS = ("notes",)
ROUNDS = 15


@pytest.fixture(params=[True, False], ids=["with Redis", "without Redis"])
def site(request, applications, tmp_path):
    """Return an application of the test's own and two processes that serve it."""
    redis = {"redis": {"url": request.getfixturevalue("redis").url}} if request.param else {}
    application = applications.make(PLUGINS, redis)
    first = applications.serving(application, PLUGINS, redis)
    second = Server(first.settings, tmp_path).start("--no-worker")
    yield application, first, second
    second.stop()
    applications.discard(application)


@pytest.fixture
def connected(site):
    """Connect people to a process: `connected(server, client)`."""
    made = []

    def connect(server: Server, who: Client) -> SocketClient:
        token = who.headers["authorization"].partition(" ")[2]
        made.append(SocketClient(server.url, "/notes", token))
        return made[-1]

    yield connect
    for each in made:
        each.close()


def test_what_is_sent_right_after_somebody_was_shut_out_is_not_heard(site, connected):
    """By the process that has the socket and by another; a third one, the test's, shuts out."""
    application, first, second = site
    notes = application.registry.plugin("notes").module
    ann, ben = Client(application).as_user(), Client(application).as_user()
    hears, here, there = connected(first, ben), connected(first, ann), connected(second, ann)

    for number in range(ROUNDS):
        note = here.call("note:write", {"text": "before"})["id"]
        notes.share(note, ben.user_id)
        hears.until(lambda one, room=f"note:{note}": room in one.rooms)
        notes.unshare(note, ben.user_id)
        for writer in (here, there)[:: 1 if number % 2 else -1]:
            writer.call("note:write", {"id": note, "text": "after"})
    last = here.call("note:write", {"text": "last"})["id"]
    notes.share(last, ben.user_id)
    hears.until(lambda one: f"note:{last}" in one.rooms)
    here.call("note:write", {"id": last, "text": "the end"})
    hears.expect("note:written", lambda data: data["text"] == "the end")
    application.db.release()

    assert [one for one in hears.heard("note:written") if one.data["text"] == "after"] == []
    assert len(hears.heard("expelled")) == ROUNDS


def test_who_stays_misses_nothing_while_its_rights_are_asked_about(site, connected):
    application, first, second = site
    notes = application.registry.plugin("notes").module
    ann, ben = Client(application).as_user(), Client(application).as_user()
    writer = connected(second, ann)
    note = writer.call("note:write", {"text": "before"})["id"]
    notes.share(note, ben.user_id)
    hears = connected(first, ben)

    for number in range(ROUNDS):
        application.realtime.refresh(ben.user_id, "for no reason")
        writer.call("note:write", {"id": note, "text": str(number)})
    hears.expect("note:written", lambda data: data["text"] == str(ROUNDS - 1))
    application.db.release()

    assert [one.data["text"] for one in hears.heard("note:written")] == [str(n) for n in range(ROUNDS)]
    assert hears.heard("expelled") == []

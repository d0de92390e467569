"""Real clients at two processes: who was shut out hears nothing that was sent after the answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
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


def test_what_is_sent_right_after_a_session_was_ended_is_not_heard(site, connected):
    application, first, second = site
    notes = application.registry.plugin("notes").module
    ann, ben = Client(application).as_user(), Client(application).as_user()
    here, there = connected(first, ann), connected(second, ann)
    note = here.call("note:write", {"text": "before"})["id"]
    notes.share(note, ben.user_id)
    after = []

    for number in range(ROUNDS):
        device = Client(application).as_user(ben.user_id)
        hears = connected(first, device)
        application.auth.revoke_session(device.session_id)
        for writer in (here, there)[:: 1 if number % 2 else -1]:
            writer.call("note:write", {"id": note, "text": "after"})
        hears.wait_closed()
        after += hears.heard("note:written")
        assert [one.data["code"] for one in hears.heard("closing")] == [4401]
    application.db.release()

    assert after == []


@pytest.fixture
def locked(app):
    """Keep everybody from reading a table; `locked(table)` returns how many wait for it, `None` lets go."""
    connection = psycopg2.connect(app.settings.database.url)

    def lock(table: str | None):
        connection.rollback()
        if table is None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        return lambda: app.db.rows(
            "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", (table,)
        )

    yield lock
    connection.close()


def eventually(met):
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


def test_a_socket_whose_caller_is_in_doubt_is_served_as_what_it_is_then(app, client, realtime, locked):
    """A role is taken; before its process has asked what is left, the socket uses it."""
    ann = client.as_user()
    app.auth.grant(ann.user_id, "keeper")
    socket = realtime.connect("/notes", ann)
    assert socket.call("secret") == {"value": 1}

    waiting = locked("kernel_session")
    app.auth.ungrant(ann.user_id, "keeper")
    eventually(waiting)  # the process has heard, and is asking
    with ThreadPoolExecutor(1) as clients:
        asked = clients.submit(socket.ask, "secret")
        eventually(lambda: len(waiting()) > 1 or asked.done())
        locked(None)
        answer = asked.result()
    app.db.release()

    assert (answer["ok"], answer["error"]["status"]) == (False, 403)


def test_a_room_is_not_entered_by_whose_role_is_in_doubt(app, client, realtime, locked):
    ann = client.as_user()
    app.auth.grant(ann.user_id, "keeper")
    board = realtime.connect("/board", ann)
    with app.db.atomic():
        app.realtime.publish("/board", "cellar:1", "stored", {"value": "a secret"})
    missed = {"room": "cellar:1", "position": {"epoch": "0", "seq": 0}}

    waiting = locked("kernel_session")
    app.auth.ungrant(ann.user_id, "keeper")
    eventually(waiting)
    with ThreadPoolExecutor(1) as clients:
        asked = clients.submit(board.ask, "join", missed)
        eventually(lambda: len(waiting()) > 1 or asked.done())
        locked(None)
        answer = asked.result()
    app.db.release()

    assert (answer["ok"], answer["error"]["status"]) == (False, 404)
    assert board.heard("stored") == []


def test_who_is_just_entering_is_asked_about_when_everybody_is(app, client, realtime, locked):
    """A signing key is revoked while a socket that showed a token of it waits for its rooms."""
    ann, ben = client.as_user(), client.as_user()
    other = realtime.connect("/board", ben)
    waiting = locked("notes_reader")

    with ThreadPoolExecutor(1) as clients:
        entering = clients.submit(realtime.connect, "/notes", ann)
        eventually(waiting)
        app.auth.signing_keys.revoke(app.auth.signing_keys.signing().kid)
        other.wait_closed()  # the process has heard
        locked(None)
        refused = entering.exception()
    app.db.release()

    assert refused is not None or entering.result().wait_closed()


@pytest.mark.settings(database={"statement_timeout": 0.3})
def test_while_nobody_can_be_asked_sockets_wait_and_stay(app, client, realtime, locked):
    notes = app.registry.plugin("notes").module
    ann, ben = client.as_user(), client.as_user()
    note = notes.write(None, ann.user_id, "before").id
    notes.share(note, ben.user_id)
    socket = realtime.connect("/notes", ben)

    locked("notes_reader")
    app.realtime.refresh(ben.user_id, "for no reason")
    eventually(lambda: "socket_not_reviewed" in realtime.server.output())
    notes.write(note, ann.user_id, "meanwhile")
    assert socket.heard("note:written") == []
    locked(None)
    told = socket.expect("note:written").data["text"]
    app.db.release()

    assert told == "meanwhile"
    assert socket.reason is None
    assert socket.heard("expelled") == []


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

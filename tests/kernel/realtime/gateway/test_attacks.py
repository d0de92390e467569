"""Clients that mean harm: afterwards the server serves others, let go of what is over, and has not grown."""

from __future__ import annotations

import contextlib
import json
import socket as sockets
import threading
import time
from pathlib import Path

import pytest

from tests.kernel.realtime.gateway.wire import PATIENCE, Wire

PLUGINS = ("notes",)
SETTINGS = {
    "http": {"header_timeout": 1.0},
    "realtime": {"handshake_timeout": 5.0, "ping_interval": 5.0, "ping_timeout": 10.0, "max_rooms": 50},
}
MEMORY = 40  # megabytes an attack may cost: what it takes from the allocator, not what it sends
HALF_OPEN = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
)


@pytest.fixture
def wire(realtime):
    """Open raw connections that are ended after the test."""
    with contextlib.ExitStack() as made:

        def make(**options):
            opened = Wire(realtime.url, **options)
            made.callback(opened.close)
            return opened

        yield make


@pytest.fixture
def ann(client):
    return client.as_user()


@pytest.fixture(autouse=True)
def unharmed(realtime, wire):
    """After each attack: the process is the same, serves others, and has not grown."""
    worker, before = worker_of(realtime.server), memory_of(realtime.server)
    yield
    assert worker_of(realtime.server) == worker
    other = wire()
    other.join("/board")
    other.send('2/board,1["count"]')
    assert other.receive() == '3/board,1[{"ok":true,"data":{"value":1}}]'
    assert memory_of(realtime.server) - before < MEMORY


def worker_of(server):
    """Return the process that serves: the youngest below gunicorn's parent."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(children[-1])


def memory_of(server):
    """Return its resident megabytes."""
    status = Path(f"/proc/{worker_of(server)}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def gauge(server, line):
    """Return a sample of /metrics, 0 for one that is not there."""
    for sample in server.get("/metrics").text.splitlines():
        if sample.startswith(line):
            return float(sample.rpartition(" ")[2])
    return 0.0


def comes_to(measure, value):
    deadline = time.monotonic() + 3 * PATIENCE
    while measure() != value:
        assert time.monotonic() < deadline, measure()
        time.sleep(0.05)


def token_of(client):
    return client.headers["authorization"].partition(" ")[2]


def opened(server):
    """Return a TCP connection to a server."""
    return sockets.create_connection(("127.0.0.1", server.port), timeout=3 * PATIENCE)


def test_a_thousand_handshakes_that_are_never_finished_are_ended(realtime, wire):
    with contextlib.ExitStack() as held:
        stalled = [held.enter_context(opened(realtime.server)) for _ in range(1000)]
        for one in stalled:
            one.sendall(HALF_OPEN)
        assert wire().join("/board")  # while they all wait

        for one in stalled:
            answer = one.recv(4096)  # the end, or 408 and then the end
            assert not answer or b" 408 " in answer


def test_handshakes_that_come_byte_by_byte_are_ended(realtime, wire):
    with contextlib.ExitStack() as held:
        slow = [held.enter_context(opened(realtime.server)) for _ in range(50)]
        ended: set[int] = set()
        for byte in HALF_OPEN:
            for number, one in enumerate(slow):
                try:
                    one.sendall(bytes((byte,)))
                except OSError:
                    ended.add(number)
            time.sleep(0.01)

        for one in slow:
            with contextlib.suppress(ConnectionError):
                one.recv(4096)
        assert wire().join("/board")


def test_websockets_that_join_nothing_are_ended(realtime, wire):
    silent = [wire() for _ in range(300)]

    assert [one.until_closed() for one in silent] == [1000] * 300
    comes_to(lambda: gauge(realtime.server, 'stoa_realtime_connections{transport="websocket"}'), 0)


def test_polling_sessions_that_are_opened_and_left_are_ended(realtime):
    for _ in range(500):
        assert realtime.server.get("/socket.io/?EIO=4&transport=polling").status == 200

    comes_to(lambda: gauge(realtime.server, 'stoa_realtime_connections{transport="polling"}'), 0)


def test_polling_sessions_that_join_and_are_left_are_ended_by_their_pings(realtime):
    for _ in range(50):
        opening = realtime.server.get("/socket.io/?EIO=4&transport=polling").text
        path = f"/socket.io/?EIO=4&transport=polling&sid={json.loads(opening[1:])['sid']}"
        kind = {"Content-Type": "text/plain"}
        assert realtime.server.request("POST", path, body=b"40/board,", headers=kind).status == 200

    comes_to(lambda: gauge(realtime.server, 'stoa_realtime_sockets{namespace="/board"}'), 0)


def test_five_thousand_joins_and_leaves_of_other_rooms_each_time(realtime, wire):
    greedy = wire()
    greedy.join("/board")
    for start in range(0, 5000, 50):
        for number in range(start, start + 50):
            greedy.send(
                f'2/board,["join",{{"room":"wall:{number}"}}]',
                f'2/board,["leave",{{"room":"wall:{number}"}}]',
            )
        greedy.send('2/board,1["count"]')
        while not str(greedy.receive()).startswith("3/board,1["):
            pass


@pytest.mark.parametrize("room", ["x" * 60_000, "wall:\\u0000", "wall:", "wall", "wall:" + "x" * 196])
def test_a_room_with_such_a_name_is_refused(wire, room):
    connection = wire()
    connection.join("/board")

    connection.send('2/board,1["join",{"room":"' + room + '"}]')

    assert str(connection.receive()).startswith('3/board,1[{"ok":false,')


def test_a_room_with_a_name_of_a_megabyte_ends_the_connection(wire):
    connection = wire()
    connection.join("/board")

    with contextlib.suppress(OSError):
        connection.send('2/board,1["join",{"room":"wall:' + "x" * 1_000_000 + '"}]')

    assert connection.until_closed() in {0, 1009}


@pytest.mark.parametrize(
    "place", [{"epoch": "e", "seq": 1}, {"epoch": 1}, None, [], {"epoch": "e", "seq": -1}]
)
def test_maps_of_thousands_of_positions_are_refused_each_at_a_glance(wire, place):
    connection = wire()
    connection.join("/board")
    positions = json.dumps({f"w:{number}": place for number in range(1500)}, separators=(",", ":"))

    for number in range(50):
        connection.send(f'2/board,{number}["recover",{{"positions":{positions}}}]')
        answer = str(connection.receive())
        assert answer.startswith(f"3/board,{number}[")
        assert '"status":422' in answer
        assert len(answer) < 2000


def test_ten_thousand_positions_are_more_than_a_message_holds(wire):
    connection = wire()
    positions = json.dumps({f"wall:{number}": {"epoch": "e", "seq": 1} for number in range(10_000)})

    with contextlib.suppress(OSError):
        connection.send('0/board,{"positions":' + positions + "}")

    assert connection.until_closed() in {0, 1009}


def test_attachments_that_never_come_hold_nobody_up(wire):
    waiting = [wire() for _ in range(100)]
    for one in waiting:
        one.join("/board")
        one.send(
            '52-/board,["count",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"x" * 60_000
        )

    assert wire().join("/board")
    waiting[0].send('2/board,["count"]')
    assert waiting[0].until_closed() == 4400


def test_acknowledgements_nobody_asked_for_are_ignored(wire):
    connection = wire()
    connection.join("/board")

    connection.send(*(f"3/board,{number}[]" for number in range(2000)), "3/board,9007199254740991[1]")
    connection.send('2/board,1["count"]')

    assert connection.receive() == '3/board,1[{"ok":true,"data":{"value":1}}]'


def test_an_event_sent_with_connect_is_not_handled_before_it(app, wire, ann, notes):
    connection = wire()

    connection.send(
        f"0/notes,{json.dumps({'token': token_of(ann)})}", '2/notes,["note:write",{"text":"early"}]'
    )

    assert connection.until_closed() == 4400
    assert notes.Note.select().where(notes.Note.owner_id == ann.user_id).count() == 0


def test_the_token_of_another_changes_nothing_of_who_one_is(realtime, client, ann, notes):
    ben = client.as_user()
    hers, his = notes.write(None, ann.user_id, "hers"), notes.write(None, ben.user_id, "his")
    socket = realtime.connect("/notes", ann)

    refused = socket.ask("authenticate", {"token": token_of(ben)})

    assert refused["error"]["type"] == "/problems/other-account"
    assert socket.ask("join", {"room": f"note:{his.id}"})["error"]["status"] == 404
    assert socket.ask("join", {"room": f"note:{hers.id}"})["ok"]
    assert notes.Note.get_by_id(socket.call("note:write", {"text": "mine"})["id"]).owner_id == ann.user_id


def test_nobody_becomes_somebody_by_authenticating(realtime, ann):
    socket = realtime.connect("/board")

    refused = socket.ask("authenticate", {"token": token_of(ann)})

    assert refused["error"]["type"] == "/problems/other-account"
    assert socket.ask("private")["error"]["status"] == 401


def test_a_flood_of_namespaces_that_are_not_there_is_answered_or_ended(wire):
    flooding = wire()

    with contextlib.suppress(OSError):
        for number in range(5000):
            flooding.send(f"0/nowhere-{number},")

    assert wire().join("/board")


def test_a_client_that_goes_while_its_handlers_wait_for_it_takes_no_connection_of_the_pool_along(
    realtime, wire, ann
):
    for _ in range(60):
        asking = wire()
        asking.join("/notes", token_of(ann))
        asking.send('2/notes,1["ask",{"value":"why?"}]')
        assert "question" in str(asking.receive())
        asking.socket.sock.close()

    comes_to(lambda: gauge(realtime.server, 'stoa_realtime_sockets{namespace="/notes"}'), 0)
    assert realtime.connect("/notes", ann).call("note:write", {"text": "after"})["text"] == "after"


def test_a_handler_that_raises_answers_and_the_next_event_is_handled(realtime, ann):
    socket = realtime.connect("/notes", ann)

    statuses = [socket.ask("note:boom")["error"]["status"] for _ in range(50)]

    assert statuses == [500] * 50
    assert socket.call("count")["value"] == 1


def test_who_is_revoked_while_a_handler_waits_for_the_database_is_closed_at_once(app, realtime, ann, notes):
    note = notes.write(None, ann.user_id, "before")
    connection = Wire(realtime.url)
    connection.join("/notes", token_of(ann))

    with app.db.atomic():
        app.db.rows("SELECT 1 FROM notes_note WHERE id = %s FOR UPDATE", (note.id,))
        connection.send(
            f'2/notes,1["note:write",{{"id":"{note.id}","text":"during"}}]',
            '2/notes,2["note:write",{"text":"next"}]',
        )
        comes_to(lambda: len(blocked(app)), 1)
        ending = threading.Thread(target=revoke, args=(app, ann.session_id))
        ending.start()
        ending.join()
        assert connection.until_closed() == 4401  # while its handler still waits

    comes_to(
        lambda: [one.text for one in notes.Note.select().where(notes.Note.owner_id == ann.user_id)],
        ["during"],
    )
    connection.close()


def blocked(app):
    return app.db.rows(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )


def revoke(app, session_id):
    app.auth.revoke_session(session_id)
    app.db.release()


def test_events_that_waited_while_the_permission_of_their_namespace_went_are_not_handled(
    app, realtime, wire, ann, notes
):
    app.auth.grant(ann.user_id, "keeper")
    note = notes.write(None, ann.user_id, "before")
    connection = wire()
    connection.join("/vault", token_of(ann))

    with app.db.atomic():
        app.db.rows("SELECT 1 FROM notes_note WHERE id = %s FOR UPDATE", (note.id,))
        connection.send(
            f'2/vault,1["note:write",{{"id":"{note.id}","text":"during"}}]',
            *(f'2/vault,{number}["note:write",{{"text":"too late"}}]' for number in range(2, 10)),
        )
        assert connection.join("/board")  # packets are read in order: what was sent before it waits by now
        comes_to(lambda: len(blocked(app)), 1)
        taking = threading.Thread(target=ungrant, args=(app, ann.user_id))
        taking.start()
        taking.join()
        while not str(connection.receive()).startswith("1/vault"):
            pass  # the process knows when it says so; its handler still waits

    assert connection.join("/notes", token_of(ann))  # the connection goes on
    counted = 'stoa_realtime_event_seconds_count{event="note:write",namespace="/vault",outcome="refused"}'
    comes_to(lambda: gauge(realtime.server, counted), 8)
    assert notes.Note.select().where(notes.Note.text == "too late").count() == 0


def ungrant(app, user_id):
    app.auth.ungrant(user_id, "keeper")
    app.db.release()


def test_nobody_is_left_in_a_room_of_a_role_that_went_while_joining(app, realtime, client, notes):
    """Role and join race; whoever lost the role hears nothing that is said later."""
    people = [client.as_user() for _ in range(15)]
    connections = []
    for one in people:
        app.auth.grant(one.user_id, "keeper")
        app.db.release()
        socket = realtime.connect("/vault", one)
        taking = threading.Thread(target=ungrant, args=(app, one.user_id))
        taking.start()
        for number in range(5):
            socket.send("join", {"room": f"safe:{number}"})
        taking.join()
        connections.append(socket)

    for socket in connections:
        socket.wait_closed()
    for number in range(5):
        with app.db.atomic():
            app.realtime.publish("/vault", f"safe:{number}", "kept", {"value": "after"})
    comes_to(lambda: gauge(realtime.server, 'stoa_realtime_sockets{namespace="/vault"}'), 0)
    assert all(not socket.heard("kept") for socket in connections)

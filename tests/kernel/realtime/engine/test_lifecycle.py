"""Sockets among the server's connections: their places, and its end."""

from __future__ import annotations

import json
import select
import threading

from tests.kernel.realtime.engine.conftest import until


def test_told_to_stop_the_server_closes_every_session_and_exits_0(start):
    program, clients = start()
    direct, (upgraded, _) = clients.websocket(), clients.upgraded()
    assert upgraded.say("4sync").text() == "4sync"
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    until(lambda: sid in clients.get("/state")["polls"])
    codes = []
    readers = [threading.Thread(target=finish, args=(each, codes)) for each in (direct, upgraded)]
    for each in readers:
        each.start()

    code, ends, errors = program.stop()

    for each in readers:
        each.join()
    assert (code, errors) == (0, "")
    assert codes == [(1001, "server shutting down")] * 2
    assert poll.answer()[2] == "1"
    assert ends == ["server shutting down"] * 3


def finish(wire, codes):
    codes.append(wire.closed())
    wire.close()


def test_clients_that_do_not_answer_its_close_do_not_keep_it(start):
    program, clients = start(http={"shutdown_grace": 60.0})
    clients.websocket()
    slow = clients.websocket().say("4!flood 2000 200")
    assert slow.text()

    code, ends, _ = program.stop()  # long before the grace, or the test ends

    assert code == 0
    assert len(ends) == 2


def test_a_websocket_keeps_its_place_among_the_connections_until_it_ends(start):
    _, clients = start(http={"connections": 2})
    first, second = clients.websocket(), clients.websocket()
    third = clients.wire().ask("GET", "/state")
    for _ in range(20):  # turns in which it would have been accepted
        assert first.say("4still").text() == "4still"
    assert select.select([third.socket], [], [], 0)[0] == []

    second.close()

    assert third.answer()[0] == 200


def test_websockets_are_counted_as_connections_until_they_end(start):
    _, clients = start()
    asking = clients.wire()

    def count():
        return json.loads(asking.request("GET", "/state")[2])["connections"] - 1

    sockets = [clients.websocket() for _ in range(3)]

    while_open = count()
    for each in sockets:
        each.close()

    assert while_open == 3
    until(lambda: count() == 0)


def test_places_are_not_lost_however_a_websocket_ends(start):
    _, clients = start(http={"connections": 3})

    for _ in range(5):
        clients.websocket().close()
        assert clients.websocket().say("abc").closed()[0] == 1002
        clients.close()

    until(lambda: clients.get("/state")["sessions"] == 0)
    assert clients.get("/state")["sessions"] == 0


def test_a_websocket_cut_in_its_handshake_leaves_nothing(start):
    _, clients = start(http={"connections": 3})

    for _ in range(10):
        wire = clients.wire()
        wire.send(b"GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n")
        wire.close()

    assert clients.get("/state")["sessions"] == 0

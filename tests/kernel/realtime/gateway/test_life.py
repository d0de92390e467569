"""The gateway's own life: a graceful stop, a client that does not read, the plugins' declarations."""

from __future__ import annotations

import json

import pytest

from tests.kernel.realtime.gateway.wire import Wire

PLUGINS = ("notes",)
SETTINGS = {"realtime": {"reconnect_window": 5.0}}


def test_a_graceful_stop_sends_everybody_away_each_at_a_moment_of_its_own(server):
    wires = [Wire(server.url) for _ in range(10)]
    for one in wires:
        one.join("/board")

    code = server.terminate()

    told = [json.loads(one.receive().removeprefix("2/board,")) for one in wires]
    assert code == 0
    assert {name for name, _ in told} == {"reconnect"}
    waits = [data["after"] for _, data in told]
    assert all(0 <= wait <= 5000 for wait in waits)
    assert len(set(waits)) > 1
    assert {one.until_closed() for one in wires} == {1001}
    for one in wires:
        one.close()


def test_after_a_restart_a_client_goes_on(server):
    first = Wire(server.url)
    first.join("/board")
    server.kill()
    assert first.until_closed() == 0
    first.close()

    server.start()

    again = Wire(server.url)
    assert again.join("/board")
    again.close()


@pytest.mark.settings(realtime={"enabled": False})
def test_where_sockets_are_turned_off_there_is_nothing_below_their_path(client):
    assert client.unchecked().get("/socket.io/", query={"EIO": "4", "transport": "polling"}).status == 404


def test_a_process_that_serves_no_socket_still_publishes(app, notes, client):
    written = notes.write(None, client.as_user().user_id, "A chair")

    assert app.realtime.positions("/notes", [f"note:{written.id}"])[f"note:{written.id}"].seq == 1

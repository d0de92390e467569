"""A WebSocket's handshake is answered the same, whole at the accept or in pieces to a greenlet."""

from __future__ import annotations

import json

import pytest

from tests.kernel.realtime.engine.wire import KEY, frame, upgrade

PATH = "/engine.io/?EIO=4&transport=websocket"


def whole(clients):
    """Return a connection whose first request arrives with it."""
    return clients.wire()


def late(clients):
    """Return a connection that was accepted before it said anything."""
    wire = clients.wire()
    clients.get("/state")  # came later, so the other was accepted and found silent
    return wire


WAYS = pytest.mark.parametrize("connected", [whole, late])


@WAYS
def test_a_session_opens_and_is_heard(clients, connected):
    wire = connected(clients).send(upgrade(PATH))

    assert wire.answer()[0] == 101
    assert json.loads(wire.text().removeprefix("0"))["upgrades"] == []
    assert wire.say("4hello").text() == "4hello"


@WAYS
def test_what_comes_with_the_handshake_is_heard(clients, connected):
    wire = connected(clients).send(upgrade(PATH) + frame("4early") + frame("4bird"))

    assert wire.answer()[0] == 101
    wire.text()
    assert [wire.text(), wire.text()] == ["4early", "4bird"]


@WAYS
@pytest.mark.parametrize(
    ("path", "changed", "status"),
    [
        (PATH, {"Sec_WebSocket_Key": "short"}, 400),
        (PATH, {"Sec_WebSocket_Version": "12"}, 426),
        (PATH, {"Origin": "https://elsewhere.example"}, 403),
        (PATH, {"Content_Length": "3"}, 400),
        (PATH, {"Host": None}, 400),
        (PATH.replace("websocket", "pigeon"), {}, 400),
        (PATH.replace("EIO=4", "EIO=3"), {}, 400),
        (f"{PATH}&sid=unknown", {}, 400),
    ],
)
def test_a_handshake_that_is_not_sound_is_refused(clients, connected, path, changed, status):
    wire = connected(clients).send(upgrade(path, **changed))

    assert wire.answer()[0] == status


@WAYS
def test_a_session_that_is_refused_gets_its_status_and_leaves_nothing(start, connected):
    _, clients = start()
    asking = clients.websocket()
    asking.say("4!refuse").say("4done").text()

    wire = connected(clients).send(upgrade(PATH))

    status, headers, _ = wire.answer()
    assert (status, headers["retry-after"]) == (429, "7")
    assert clients.get("/state")["sessions"] == 1


def test_a_request_that_only_mentions_a_websocket_key_is_answered(clients):
    wire = clients.wire()

    status, _, body = wire.request("GET", "/state", Sec_WebSocket_Key=KEY)

    assert status == 200
    assert json.loads(body)["sessions"] == 0

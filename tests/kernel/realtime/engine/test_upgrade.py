"""From polling to WebSocket, without losing, doubling or reordering a message."""

from __future__ import annotations

import json

import pytest

from tests.kernel.realtime.engine.conftest import until
from tests.kernel.realtime.engine.wire import BINARY


def probed(clients):
    """Open a session and probe a WebSocket for it; return the connection and the session's id."""
    sid = clients.polling()
    wire, _ = clients.handshake(f"&sid={sid}")
    assert wire.say("2probe").text() == "3probe"
    return wire, sid


def test_a_session_moves_to_its_websocket_and_nothing_else_is_said_there(clients):
    wire, _ = clients.upgraded()

    assert wire.say("4hello").text() == "4hello"


def test_a_websocket_alone_offers_no_upgrade(clients):
    wire, _ = clients.handshake()

    assert json.loads(wire.text()[1:])["upgrades"] == []


def test_a_poll_that_waits_is_answered_with_noop_when_the_probe_comes(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    until(lambda: sid in clients.get("/state")["polls"])
    wire, _ = clients.handshake(f"&sid={sid}")

    wire.say("2probe")

    assert poll.answer()[::2] == (200, "6")
    assert wire.text() == "3probe"


def test_a_poll_during_the_probe_is_answered_with_noop(clients):
    wire, sid = probed(clients)

    assert clients.request("GET", sid)[::2] == (200, "6")
    assert wire.say("5").say("4hello").text() == "4hello"


def test_a_poll_that_still_waits_at_the_upgrade_is_answered_with_noop(clients):
    wire, sid = probed(clients)
    poll = clients.wire().ask("GET", clients.path(sid))

    wire.say("5").say("4hello")

    assert poll.answer()[0] in {200, 400}  # it may have come after the upgrade
    assert wire.text() == "4hello"


def test_what_waited_for_a_poll_comes_first_on_the_websocket_in_order(clients):
    sid = clients.polling()
    clients.request("POST", sid, "4one\x1e4two\x1ebAAE=")
    wire, _ = clients.handshake(f"&sid={sid}")

    wire.say("2probe").say("5").say("4three")

    assert [wire.text() for _ in range(3)] == ["3probe", "4one", "4two"]
    assert wire.frame() == (BINARY, b"\x00\x01")
    assert wire.text() == "4three"


def test_messages_sent_during_the_probe_are_delivered_once_by_poll(clients):
    wire, sid = probed(clients)

    clients.request("POST", sid, "4during")

    assert clients.request("GET", sid)[2] == "4during"
    assert wire.say("5").say("4after").text() == "4after"


def test_polling_is_over_after_the_upgrade(clients):
    wire, sid = clients.upgraded()
    assert wire.say("4sync").text() == "4sync"

    assert clients.request("GET", sid)[0] == 400
    assert clients.request("POST", sid, "4hello")[0] == 400
    assert wire.say("4hello").text() == "4hello"


@pytest.mark.parametrize("opened", ["probed", "upgraded"])
def test_a_second_websocket_for_a_session_is_closed_and_the_first_goes_on(clients, opened):
    wire, sid = probed(clients) if opened == "probed" else clients.upgraded()
    if opened == "upgraded":
        assert wire.say("4sync").text() == "4sync"

    second, (status, _, _) = clients.handshake(f"&sid={sid}")

    assert status == 101
    assert second.closed()[0] == 1008
    if opened == "probed":
        wire.say("5")
    assert wire.say("4hello").text() == "4hello"


def test_a_websocket_for_an_unknown_session_is_refused(clients):
    _, (status, _, body) = clients.handshake("&sid=unknown")

    assert (status, json.loads(body)["code"]) == (400, 1)


@pytest.mark.parametrize("first", ["5", "2", "4hello", "2other", "1"])
def test_a_websocket_that_does_not_probe_is_closed_and_polling_goes_on(clients, first):
    sid = clients.polling()
    wire, _ = clients.handshake(f"&sid={sid}")

    wire.say(first)

    assert wire.closed()[0] == 1002
    assert clients.request("POST", sid, "4hello")[0] == 200
    assert clients.request("GET", sid)[2] == "4hello"


def test_a_websocket_that_says_nothing_is_closed_and_may_be_tried_again(start):
    _, clients = start(handshake_timeout=0.2)
    sid = clients.polling()
    silent, _ = clients.handshake(f"&sid={sid}")

    assert silent.closed()[0] == 1008
    wire, _ = clients.handshake(f"&sid={sid}")
    assert wire.say("2probe").text() == "3probe"


def test_a_probe_whose_connection_is_lost_leaves_the_session_on_polling(clients):
    wire, sid = probed(clients)

    wire.close()
    until(lambda: sid not in clients.get("/state")["probing"])

    clients.request("POST", sid, "4hello")
    assert clients.request("GET", sid)[2] == "4hello"


def test_a_session_that_ends_ends_its_probe(clients):
    wire, sid = probed(clients)

    clients.request("POST", sid, "1")

    assert wire.closed()[0] == 1000


def test_an_upgrade_during_a_post_is_refused(clients):
    sid = clients.polling()
    post = clients.wire().send(
        f"POST {clients.path(sid)} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n".encode()
    )
    until(lambda: sid in clients.get("/state")["posts"])
    wire, _ = clients.handshake(f"&sid={sid}")

    wire.say("2probe").say("5")

    assert wire.closed()[0] == 1002
    assert post.send(b"4hello").answer()[0] == 200


def test_the_server_closes_a_websocket_with_its_code_after_what_was_sent(clients):
    wire, sid = clients.upgraded()

    wire.say("4!close 4401 revoked")

    assert wire.text() == "4goodbye"
    assert wire.closed() == (4401, "revoked")
    assert clients.get(f"/ends/{sid}") == "forced close"


def test_a_reason_too_long_for_a_close_frame_is_cut_between_characters(clients):
    wire = clients.websocket()

    wire.say("4!close 4000 x" + "€" * 60)

    assert wire.text() == "4goodbye"
    assert wire.closed() == (4000, "x" + "€" * 40)


def test_the_client_closes_a_websocket_by_packet(clients):
    wire = clients.websocket()

    assert wire.say("1").closed()[0] == 1000
    until(lambda: clients.get(f"/ends/{wire.sid}") == "transport close")


@pytest.mark.parametrize("packet", ["", "abc", "2", "2probe", "0", "5", "7"])
def test_a_packet_no_client_sends_ends_a_websocket(clients, packet):
    wire = clients.websocket()

    assert wire.say(packet).closed()[0] == 1002
    until(lambda: clients.get(f"/ends/{wire.sid}") == "parse error")


def test_pings_come_and_pongs_keep_the_session(start):
    _, clients = start(ping_interval=0.1, ping_timeout=20.0)
    wire = clients.websocket()

    for _ in range(3):
        assert wire.text() == "2"
        wire.say("3")


def test_one_frame_reaches_either_transport_text_and_bytes(clients):
    sid, wire = clients.polling(), clients.websocket()

    wire.say("4!all news")

    assert wire.text() == "4news"
    assert wire.frame() == (BINARY, b"\x00\x01")
    assert clients.request("GET", sid)[2] == "4news\x1ebAAE="


def test_a_paused_session_is_not_read_and_goes_on_where_it_was(clients):
    paused, other = clients.websocket(), clients.websocket()

    paused.say("4!pause").say("4one").say("4two")
    assert other.say("4sync").text() == "4sync"
    other.say("4!all aside")

    assert paused.text() == "4aside"
    assert paused.frame() == (BINARY, b"\x00\x01")
    other.say("4!resume")
    assert [paused.text(), paused.text()] == ["4one", "4two"]


def test_a_paused_session_is_not_blamed_for_pongs_we_do_not_read(start):
    _, clients = start(ping_interval=0.1, ping_timeout=0.1)
    paused = clients.websocket().say("4!pause").say("3").say("4still here")
    assert [paused.text() for _ in range(1)] == ["2"]

    other = clients.websocket()
    for _ in range(4):
        assert other.text() == "2"
        other.say("3")
    other.say("4!resume")

    assert paused.text() == "4still here"
    assert "ping timeout" not in clients.get("/ends")


def test_polling_alone_is_offered_where_websockets_are_not(start):
    _, clients = start(transports=["polling"])

    assert json.loads(clients.request("GET")[2][1:])["upgrades"] == []
    assert json.loads(clients.handshake()[1][2])["code"] == 0

"""What a client may do to a WebSocket, and what it gets for it (RFC 6455)."""

from __future__ import annotations

import re
import socket
import struct
import threading
from pathlib import Path

import pytest

from tests.kernel.realtime.engine.conftest import until
from tests.kernel.realtime.engine.wire import ACCEPT, BINARY, CLOSE, PING, PONG, TEXT, frame, upgrade


def peak(program):
    """Return the most memory the serving process ever held, in KB."""
    [worker] = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children").read_text().split()
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1])


def test_the_handshake_is_accepted_with_the_digest_of_its_key(clients):
    _, (status, headers, _) = clients.handshake()

    assert (status, headers["sec-websocket-accept"]) == (101, ACCEPT)
    assert headers["upgrade"] == "websocket"


@pytest.mark.parametrize("key", [None, "", "short", "MDEyMzQ1Njc4OWFiY2RlZg", "*" * 24, "é" * 12, "A" * 48])
def test_a_key_that_is_not_sixteen_bytes_in_base64_is_refused(clients, key):
    _, (status, headers, body) = clients.handshake(Sec_WebSocket_Key=key)

    assert (status, headers["content-type"]) == (400, "application/json")
    assert "Sec-WebSocket-Key" in body


@pytest.mark.parametrize("version", [None, "8", "14", "13, 8", "x"])
def test_another_version_is_told_which_one_is_spoken(clients, version):
    _, (status, headers, _) = clients.handshake(Sec_WebSocket_Version=version)

    assert (status, headers["sec-websocket-version"]) == (426, "13")


@pytest.mark.parametrize("changed", [{"Upgrade": None}, {"Upgrade": "h2c"}, {"Connection": "keep-alive"}])
def test_a_handshake_that_does_not_ask_for_a_websocket_is_refused(clients, changed):
    _, (status, _, _) = clients.handshake(**changed)

    assert status == 400


@pytest.mark.parametrize("framing", [{"Content_Length": "7"}, {"Transfer_Encoding": "chunked"}])
def test_a_handshake_with_a_body_is_refused(clients, framing):
    _, (status, _, body) = clients.handshake(**framing)

    assert status == 400
    assert "body" in body


def test_http_1_0_opens_no_websocket(clients):
    raw = upgrade(f"{clients.PATH}&transport=websocket").replace(b"HTTP/1.1", b"HTTP/1.0")

    status, _, _ = clients.wire().send(raw).answer()

    assert status == 400


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://shop.example.evil.example",
        "http://localhost.evil.example",
        "//",
        "http://[x",
    ],
)
def test_a_page_of_another_origin_opens_no_websocket(clients, origin):
    _, (status, _, body) = clients.handshake(Origin=origin)

    assert status == 403
    assert "http.cors_origins" in body


@pytest.mark.parametrize(
    "origin", ["https://shop.example", "http://localhost", "https://LOCALHOST:8443", None]
)
def test_an_allowed_origin_the_own_one_and_none_open_a_websocket(clients, origin):
    _, (status, _, _) = clients.handshake(Origin=origin)

    assert status == 101


def test_a_handshake_that_stalls_is_ended(start):
    _, clients = start(http={"header_timeout": 0.2})

    wire = clients.wire().send(upgrade(clients.PATH)[:-4])

    assert wire.answer()[0] == 408


@pytest.mark.parametrize("length", [2**40, 2**63, 2**64 - 1, 65_537])
def test_a_length_beyond_the_bound_is_refused_before_the_payload_comes(clients, length):
    wire = clients.websocket()

    wire.send(frame(b"", BINARY, length=length))

    assert wire.closed()[0] == 1009


def test_fifty_megabytes_in_a_frame_are_refused_and_not_kept(start):
    program, clients = start()
    wire = clients.websocket()
    before = peak(program)

    wire.send(frame(b"", BINARY, length=50_000_000))
    sender = threading.Thread(target=pour, args=(wire.socket, 50_000_000))
    sender.start()

    assert wire.closed()[0] == 1009
    sender.join()
    assert peak(program) - before < 4096


def pour(sock, count):
    """Send as much as the other side takes."""
    block = bytes(1_000_000)
    try:
        for _ in range(count // len(block)):
            sock.sendall(block)
    except OSError:
        return


@pytest.mark.parametrize("payload", [b"x", b""])
def test_a_million_fragments_of_a_byte_or_none_are_refused(clients, payload):
    wire = clients.websocket()
    fragment = frame(payload, 0x00)

    wire.send(frame(payload, 0x01))
    sender = threading.Thread(target=pour_fragments, args=(wire.socket, fragment))
    sender.start()

    assert wire.closed()[0] == 1009
    sender.join()


def pour_fragments(sock, fragment):
    try:
        for _ in range(1000):
            sock.sendall(fragment * 1000)
    except OSError:
        return


def test_fragments_that_are_too_large_together_are_refused(clients):
    wire = clients.websocket()

    wire.send(frame(b"4" + bytes(40_000), 0x01) + frame(bytes(40_000), 0x80))

    assert wire.closed()[0] == 1009


def test_a_message_in_fragments_with_a_ping_between_them_is_one_message(clients):
    wire = clients.websocket()

    wire.send(frame("4he", 0x01) + frame("ll", 0x00) + frame("?", PING) + frame("o", 0x80))

    assert wire.text() == "4hello"
    assert wire.frame() == (PONG, b"?")


def test_a_frame_that_comes_byte_by_byte_is_one_message(clients):
    wire = clients.websocket()
    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    for byte in frame("4" + "x" * 200):
        wire.send(bytes((byte,)))

    assert wire.text() == "4" + "x" * 200


def test_frames_sent_with_the_handshake_are_read(clients):
    raw = upgrade(f"{clients.PATH}&transport=websocket") + frame("4early") + frame("4bird")

    wire = clients.wire().send(raw)

    assert wire.answer()[0] == 101
    assert wire.text().startswith("0")
    assert [wire.text(), wire.text()] == ["4early", "4bird"]


@pytest.mark.parametrize("first", [0xC1, 0xA1, 0x91, *range(0x83, 0x88), *range(0x8B, 0x90)])
def test_a_reserved_bit_or_opcode_fails_the_connection(clients, first):
    wire = clients.websocket()

    wire.send(frame("4x", first))

    assert wire.closed()[0] == 1002


def test_an_unmasked_frame_fails_the_connection(clients):
    wire = clients.websocket()

    wire.send(frame("4hello", mask=None))

    assert wire.closed()[0] == 1002


@pytest.mark.parametrize("first", [PING, PONG, CLOSE])
def test_a_control_frame_longer_than_125_bytes_fails_the_connection(clients, first):
    wire = clients.websocket()

    wire.send(frame(bytes(126), first))

    assert wire.closed()[0] == 1002


@pytest.mark.parametrize("first", [PING & 0x0F, PONG & 0x0F, CLOSE & 0x0F])
def test_a_fragmented_control_frame_fails_the_connection(clients, first):
    wire = clients.websocket()

    wire.send(frame(b"", first))

    assert wire.closed()[0] == 1002


@pytest.mark.parametrize("raw", [frame("x", 0x80), frame("4a", 0x01) + frame("4b", 0x01)])
def test_a_fragment_out_of_place_fails_the_connection(clients, raw):
    wire = clients.websocket()

    wire.send(raw)

    assert wire.closed()[0] == 1002


@pytest.mark.parametrize(
    "text", [b"4\xff", b"4\xc0\x80", b"4\xed\xa0\x80", b"4\xf4\x90\x80\x80", b"4\xe2\x82"]
)
def test_a_text_that_is_not_utf_8_fails_the_connection(clients, text):
    wire = clients.websocket()

    wire.send(frame(text))

    assert wire.closed()[0] == 1007


def test_a_character_may_be_split_between_fragments(clients):
    wire = clients.websocket()

    wire.send(frame(b"4\xe2\x82", 0x01) + frame(b"\xac", 0x80))

    assert wire.text() == "4€"


@pytest.mark.parametrize("mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x80\x01\xfe"])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 125, 126, 4096, 65_535, 65_536])
def test_bytes_of_every_length_survive_every_mask(clients, mask, size):
    wire = clients.websocket()
    data = (bytes(range(256)) * 257)[:size]

    wire.send(frame(data, BINARY, mask=mask))

    assert wire.frame() == (BINARY, data)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4401, 4999])
def test_a_close_code_is_echoed_and_the_connection_closed(clients, code):
    wire = clients.websocket()

    wire.send(frame(struct.pack("!H", code) + b"bye", CLOSE))

    assert wire.closed()[0] == code


def test_a_close_frame_without_a_code_is_answered_without_one(clients):
    wire = clients.websocket()

    wire.send(frame(b"", CLOSE))

    assert wire.frame() == (CLOSE, b"")
    assert wire.frame() == (None, b"")


@pytest.mark.parametrize(
    "payload", [b"\x03", *(struct.pack("!H", code) for code in (0, 999, 1004, 1005, 1006, 2999, 5000))]
)
def test_a_close_code_that_may_not_be_sent_fails_the_connection(clients, payload):
    wire = clients.websocket()

    wire.send(frame(payload, CLOSE))

    assert wire.closed()[0] == 1002


def test_a_close_reason_that_is_not_utf_8_fails_the_connection(clients):
    wire = clients.websocket()

    wire.send(frame(b"\x03\xe8\xff", CLOSE))

    assert wire.closed()[0] == 1007


def test_of_a_flood_of_pings_the_latest_is_answered(clients):
    wire = clients.websocket()

    wire.send(b"".join(frame(str(number), PING) for number in range(1000)) + frame("4done"))
    answers = []
    while not answers or answers[-1] != (TEXT, b"4done"):
        answers.append(wire.frame())
    answers.append(wire.frame())

    pongs = [payload for first, payload in answers if first == PONG]
    assert pongs[-1] == b"999"


def test_what_is_sent_after_a_close_frame_is_dropped(clients):
    wire = clients.websocket()

    wire.send(frame(b"\x03\xe8", CLOSE) + frame("4late"))

    assert wire.frame() == (CLOSE, b"\x03\xe8")
    assert wire.frame() == (None, b"")


def test_a_client_that_never_reads_is_cut_off_and_costs_bounded_memory(start):
    program, clients = start(queue_bytes=262_144)
    other, slow = clients.websocket(), clients.websocket()
    before = peak(program)

    slow.say("4!flood 200000 200")
    until(lambda: clients.get("/ends") == ["slow reader"])

    assert peak(program) - before < 4096
    assert other.say("4still here").text() == "4still here"


def test_a_client_that_reads_slowly_but_within_the_bound_gets_everything(start):
    _, clients = start(queue_bytes=64 * 1024 * 1024)
    wire = clients.websocket()

    wire.say("4!flood 20000 1000")

    assert all(wire.text() == "4" + "x" * 1000 for _ in range(20_000))


def test_two_greenlets_that_send_at_once_leave_every_frame_whole(start):
    _, clients = start(queue_bytes=64 * 1024 * 1024)
    wire = clients.websocket()

    wire.say("4!mixed 500 5000")

    assert sorted(wire.text() for _ in range(1000)) == ["4" + "a" * 5000] * 500 + ["4" + "b" * 5000] * 500


def test_a_fault_of_the_application_ends_that_connection_alone_and_is_logged(start):
    program, clients = start()
    wire, other = clients.websocket(), clients.websocket()

    wire.say("4!close nonumber bye")

    assert wire.closed()[0] == 1011
    assert other.say("4hello").text() == "4hello"
    assert "ValueError" in program.stop()[2]


def test_a_peer_that_answers_no_ping_is_closed(start):
    _, clients = start(ping_interval=0.2, ping_timeout=0.2)
    wire = clients.websocket()

    assert wire.closed() == (1001, "ping timeout")
    until(lambda: clients.get("/ends") == ["ping timeout"])


def test_closed_connections_leave_nothing_behind(start):
    _, clients = start()
    clients.websocket().close()
    until(lambda: clients.get("/state")["sessions"] == 0)

    for _ in range(20):
        clients.websocket().close()

    until(lambda: clients.get("/state")["sessions"] == 0)
    assert clients.get("/ends") == ["transport close"] * 21


def test_an_idle_connection_has_no_greenlet(start):
    _, clients = start()
    before = clients.get("/state")["greenlets"]

    for _ in range(20):
        clients.websocket()
    clients.wire().request("GET", "/state")

    assert clients.get("/state")["greenlets"] - before < 5
    assert clients.get("/state")["sessions"] == 20


def test_a_connection_cut_by_a_reset_ends_its_session(start):
    _, clients = start()
    wire = clients.websocket()
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    wire.close()

    until(lambda: clients.get("/state")["sessions"] == 0)
    assert clients.get("/ends")[0] in {"transport error", "transport close"}

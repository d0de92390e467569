"""Sessions over long polling, as the protocol has them."""

from __future__ import annotations

import json
import socket
import struct
import threading

import pytest

from tests.kernel.realtime.engine.conftest import until

UNKNOWN = {"code": 1, "message": "Session ID unknown"}


def refused(answer):
    """Return status and error code of an answer in the engine's form."""
    status, headers, body = answer
    assert headers["content-type"] == "application/json"
    assert set(json.loads(body)) == {"code", "message"}
    return status, json.loads(body)["code"]


def test_a_session_opens_with_its_terms(clients):
    status, headers, body = clients.request("GET")

    terms = json.loads(body.removeprefix("0"))
    assert (status, headers["content-type"]) == (200, "text/plain; charset=UTF-8")
    assert headers["cache-control"] == "no-store"
    assert len(terms.pop("sid")) == 20
    assert terms == {
        "upgrades": ["websocket"],
        "pingInterval": 25_000,
        "pingTimeout": 20_000,
        "maxPayload": 65_536,
    }


@pytest.mark.parametrize(
    ("method", "query", "code"),
    [
        ("GET", "EIO=4", 0),
        ("GET", "EIO=4&transport=abc", 0),
        ("GET", "transport=polling", 5),
        ("GET", "EIO=3&transport=polling", 5),
        ("GET", "EIO=abc&transport=polling", 5),
        ("POST", "EIO=4&transport=polling", 2),
        ("PUT", "EIO=4&transport=polling", 2),
        ("HEAD", "EIO=4&transport=polling", 2),
        ("GET", "EIO=4&transport=websocket", 3),
        ("GET", "EIO=4&transport=polling&sid=unknown", 1),
        ("POST", "EIO=4&transport=polling&sid=unknown", 1),
        ("GET", "EIO=4&transport=polling&sid=", 1),
    ],
)
def test_what_is_no_request_of_the_protocol_is_refused_with_its_code(clients, method, query, code):
    wire = clients.wire().ask(method, f"/engine.io/?{query}")

    if method == "HEAD":
        assert wire.file.readline().split()[1] == b"400"
    else:
        assert refused(wire.answer()) == (400, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_session_takes_get_and_post_alone(clients, method):
    assert refused(clients.request(method, clients.polling())) == (400, 2)


def test_a_websocket_handshake_on_the_polling_transport_is_refused(clients):
    answer = clients.request("GET", None, b"", Upgrade="websocket", Connection="Upgrade")

    assert refused(answer) == (400, 3)


@pytest.mark.parametrize(
    "body", ["4hello", "4one\x1e4two\x1e4three", "4hello\x1ebAQIDBA==", "4", "4\N{EURO SIGN}\N{PILE OF POO}"]
)
def test_what_is_posted_comes_back_in_order(clients, body):
    sid = clients.polling()

    status, headers, answer = clients.request("POST", sid, body)

    assert (status, headers["content-type"], answer) == (200, "text/html", "ok")
    assert clients.request("GET", sid)[::2] == (200, body)


@pytest.mark.parametrize(
    "body",
    [b"abc", b"", b"2", b"2probe", b"5", b"0", b"7", b"4ok\x1e", b"b!!!", b"bAQ=", b"4\xff", b"4\x1e" * 2000],
)
def test_a_malformed_body_is_refused_whole_and_ends_the_session(clients, body):
    sid = clients.polling()

    assert refused(clients.request("POST", sid, body)) == (400, 3)
    assert refused(clients.request("GET", sid)) == (400, 1)
    assert clients.get(f"/ends/{sid}") == "parse error"


def test_a_binary_body_is_refused(clients):
    answer = clients.request("POST", clients.polling(), b"4hello", Content_Type="application/octet-stream")

    assert refused(answer) == (400, 3)


def test_a_body_beyond_the_bound_is_refused_unread(clients):
    sid = clients.polling()

    status, _, _ = clients.request("POST", sid, b"4" + b"x" * 65_536)

    assert status == 413
    assert refused(clients.request("GET", sid)) == (400, 1)


def test_a_body_in_chunks_is_bounded_too(clients):
    wire = clients.wire()
    head = f"POST {clients.path(clients.polling())} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    wire.send(head.encode() + b"8000\r\n4" + b"x" * 0x7FFF + b"\r\n")
    wire.send((b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 2)

    assert wire.answer()[0] == 413


def test_a_body_that_stalls_is_answered_408_and_ends_the_session(start):
    _, clients = start(http={"body_timeout": 0.2})
    sid = clients.polling()

    wire = clients.wire().send(
        f"POST {clients.path(sid)} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4he".encode()
    )

    assert refused(wire.answer()) == (408, 3)
    assert refused(clients.request("GET", sid)) == (400, 1)


def test_a_poll_waits_for_a_message(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))

    clients.request("POST", sid, "4later")

    assert poll.answer()[2] == "4later"


def test_two_polls_at_once_end_the_session(clients):
    sid = clients.polling()
    first = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)

    second = clients.request("GET", sid)

    assert refused(second) == (400, 3)
    assert first.answer()[::2] == (200, "1")
    assert refused(clients.request("GET", sid)) == (400, 1)
    assert clients.get(f"/ends/{sid}") == "transport error"


def waiting(clients, sid):
    """Wait until a poll of the session waits."""
    until(lambda: sid in clients.get("/state")["polls"])


def test_two_posts_at_once_end_the_session(clients):
    sid = clients.polling()
    slow = clients.wire().send(
        f"POST {clients.path(sid)} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n".encode()
    )
    until(lambda: sid in clients.get("/state")["posts"])

    assert refused(clients.request("POST", sid, "4hello")) == (400, 3)
    assert slow.send(b"4hello").answer()[0] == 200
    assert refused(clients.request("GET", sid)) == (400, 1)


def test_a_poll_whose_client_left_ends_the_session(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)

    poll.close()

    until(lambda: clients.get(f"/ends/{sid}") == "transport close")
    assert refused(clients.request("GET", sid)) == (400, 1)


def test_a_poll_whose_client_was_reset_ends_the_session(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)
    poll.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    poll.close()

    until(lambda: clients.get(f"/ends/{sid}") == "transport close")


def test_a_request_behind_a_poll_does_not_end_it(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)

    poll.ask("GET", "/state")
    clients.request("POST", sid, "4hello")

    assert poll.answer()[2] == "4hello"
    assert poll.answer()[0] == 200


def test_the_client_closes_and_its_poll_is_answered_with_noop(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)

    clients.request("POST", sid, "1")

    assert poll.answer()[::2] == (200, "6")
    assert refused(clients.request("GET", sid)) == (400, 1)
    assert clients.get(f"/ends/{sid}") == "transport close"


def test_the_server_closes_and_the_poll_that_waits_hears_the_last_words(clients):
    sid = clients.polling()
    poll = clients.wire().ask("GET", clients.path(sid))
    waiting(clients, sid)

    clients.request("POST", sid, "4!close 4401 revoked")

    assert poll.answer()[2] in {"4goodbye\x1e1", "4goodbye"}
    assert clients.get(f"/ends/{sid}") == "forced close"


def test_the_server_closes_and_the_next_poll_hears_the_last_words_once(clients):
    sid = clients.polling()
    clients.request("POST", sid, "4!close 4401 revoked")

    assert clients.request("GET", sid)[::2] == (200, "4goodbye\x1e1")
    assert refused(clients.request("GET", sid)) == (400, 1)


def test_last_words_nobody_comes_for_are_forgotten(start):
    _, clients = start(handshake_timeout=0.2)
    sid = clients.polling()
    clients.request("POST", sid, "4!close 4401 revoked")

    until(lambda: clients.get("/state")["last_words"] == 0)

    assert refused(clients.request("GET", sid)) == (400, 1)


def test_pings_come_by_poll_and_pongs_by_post(start):
    _, clients = start(ping_interval=0.1, ping_timeout=20.0)
    sid = clients.polling()

    for _ in range(3):
        assert clients.request("GET", sid)[2] == "2"
        assert clients.request("POST", sid, "3")[0] == 200


def test_a_session_that_answers_no_ping_is_gone_at_its_hour(start):
    _, clients = start(ping_interval=0.1, ping_timeout=0.1)
    sid = clients.polling()

    until(lambda: clients.get("/ends") == ["ping timeout"])

    assert refused(clients.request("GET", sid)) == (400, 1)
    assert refused(clients.request("POST", sid, "3")) == (400, 1)


def test_a_client_that_does_not_poll_is_a_slow_reader(start):
    _, clients = start(queue_bytes=65_536)
    sid = clients.polling()

    clients.request("POST", sid, "4!flood 1000 200")

    until(lambda: clients.get("/ends") == ["slow reader"])


def test_a_paused_session_holds_its_post_back(clients):
    sid = clients.polling()
    clients.request("POST", sid, "4!pause")
    post = clients.wire().ask("POST", clients.path(sid), "4held")
    until(lambda: sid in clients.get("/state")["posts"])

    clients.websocket().say("4!resume")

    assert post.answer()[2] == "ok"
    assert clients.request("GET", sid)[2] == "4held"


def test_an_allowed_origin_may_read_the_answers_and_the_refusals(clients):
    good = clients.request("GET", None, b"", Origin="https://shop.example")
    bad = clients.request("GET", "unknown", b"", Origin="https://shop.example")
    other = clients.request("GET", None, b"", Origin="https://evil.example")

    assert {each[1]["access-control-allow-origin"] for each in (good, bad)} == {"https://shop.example"}
    assert "access-control-allow-origin" not in other[1]
    assert {each[1]["vary"] for each in (good, bad, other)} == {"Origin"}


def test_a_preflight_says_what_may_be_sent(clients):
    status, headers, _ = clients.request(
        "OPTIONS", None, b"", Origin="https://shop.example", Access_Control_Request_Headers="authorization"
    )

    assert status == 200
    assert headers["access-control-allow-methods"] == "GET, POST"
    assert headers["access-control-allow-headers"] == "authorization"
    assert headers["access-control-max-age"] == "60"


def test_a_refusal_of_the_application_is_the_answer_to_the_handshake(clients):
    wire = clients.websocket().say("4!refuse")
    until(lambda: clients.get("/state")["refusing"])

    polled, shaken = clients.request("GET"), clients.handshake()[1]
    wire.say("4!admit")

    for status, headers, body in (polled, shaken):
        assert (status, headers["retry-after"]) == (429, "7")
        assert json.loads(body) == {"code": 4, "message": "one is enough"}
    until(lambda: not clients.get("/state")["refusing"])


def test_what_is_kept_of_the_handshake_reaches_the_application(clients):
    status, _, body = clients.request(
        "GET", None, b"", User_Agent="Stoic/1.0", X_Request_Id="abc", X_Other="no"
    )
    sid = json.loads(body[1:])["sid"]

    clients.request("POST", sid, "4!handshake")
    ip, agent, origin, query, headers = json.loads(clients.request("GET", sid)[2][1:])

    assert (status, ip, agent, origin) == (200, "127.0.0.1", "Stoic/1.0", "")
    assert query == {"EIO": "4", "transport": "polling"}
    assert headers == {"host": "localhost", "user-agent": "Stoic/1.0", "x-request-id": "abc"}


def test_many_sessions_poll_at_once(clients):
    sids = [clients.polling() for _ in range(20)]
    polls = [clients.wire().ask("GET", clients.path(sid)) for sid in sids]
    threads = [threading.Thread(target=clients.request, args=("POST", sid, f"4{sid}")) for sid in sids]

    for each in threads:
        each.start()
    answers = [poll.answer()[2] for poll in polls]
    for each in threads:
        each.join()

    assert answers == [f"4{sid}" for sid in sids]

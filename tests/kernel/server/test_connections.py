"""What a client may do to a connection, and what it gets for it."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

REQUEST = b"POST / HTTP/1.1\r\nHost: test\r\n"


def test_a_connection_carries_one_request_after_another(client):
    first = client.get("/")
    second = client.get("/")

    assert [first[0], second[0]] == [200, 200]
    assert "connection" not in second[1]


def test_two_requests_in_one_packet_are_answered_in_order(client):
    client.send(REQUEST + b"Content-Length: 3\r\n\r\nabc" + b"GET /refuse HTTP/1.1\r\nHost: test\r\n\r\n")

    assert json.loads(client.answer()[2])["read"] == 3
    assert client.answer()[0] == 413


def test_a_client_that_asks_to_close_is_told_that_the_connection_closes(client):
    status, headers, _ = client.get("/", "Connection: close")

    assert (status, headers["connection"]) == (200, "close")
    assert client.is_closed()


def test_http_1_0_closes_unless_it_asks_to_stay(server):
    one, two = server.connect(), server.connect()

    closing = one.send(b"GET / HTTP/1.0\r\n\r\n").answer()
    staying = two.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()

    assert closing[1]["connection"] == "close"
    assert staying[1]["connection"] == "keep-alive"


def test_small_answers_do_not_wait_for_an_acknowledgement(server):
    client = server.connect()
    client.get("/")

    started = time.perf_counter()
    for _ in range(20):
        client.get("/")
    each = (time.perf_counter() - started) / 20

    assert each < 0.02, "a delayed acknowledgement costs 40 ms"


def test_a_gigabyte_declared_is_refused_unread_and_the_answer_arrives(client):
    client.send(b"POST /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 1073741824\r\n\r\n" + b"x" * 300_000)

    status, headers, _ = client.answer()

    assert (status, headers["connection"]) == (413, "close")


def test_a_small_unread_body_leaves_the_connection_usable(client):
    status, headers, _ = client.send(
        b"POST /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"
    ).answer()

    assert (status, headers.get("connection")) == (413, None)
    assert client.get("/")[0] == 200


def test_a_client_awaiting_100_continue_is_refused_without_it(client):
    client.send(
        b"POST /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    )

    status, headers, _ = client.answer()

    assert (status, headers["connection"]) == (413, "close")


def test_a_client_awaiting_100_continue_is_let_go_on(client):
    client.send(REQUEST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert client.file.readline() == b"HTTP/1.1 100 Continue\r\n"
    client.file.readline()

    client.send(b"body")

    assert json.loads(client.answer()[2])["read"] == 4


def test_a_head_that_stalls_is_answered_408_and_closed(client):
    client.send(b"GET / HTTP/1.1\r\nHost:")

    status, headers, body = client.answer()

    assert (status, headers["connection"]) == (408, "close")
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "/problems/request-timeout"
    assert client.is_closed()


def test_a_head_fed_byte_by_byte_does_not_outlive_its_deadline(client):
    done = threading.Event()

    def feed():
        for byte in b"GET / HTTP/1.1\r\nX-Slow: " + b"a" * 1000:
            if done.wait(0.05):
                return
            try:
                client.socket.sendall(bytes([byte]))
            except OSError:
                return

    feeder = threading.Thread(target=feed)
    feeder.start()
    status, _, _ = client.answer()
    done.set()
    feeder.join()

    assert status == 408


def test_a_connection_that_says_nothing_is_closed(client):
    assert client.is_closed()


def test_a_body_that_stalls_is_a_problem_the_application_answers_with(client):
    client.send(REQUEST + b"Content-Length: 10\r\n\r\nabc")

    status, headers, body = client.answer()

    assert (status, headers["connection"]) == (408, "close")
    assert json.loads(body)["problem"] == "request-timeout"


def test_a_long_body_that_keeps_its_rate_is_read_to_its_end(client):
    client.send(REQUEST + b"Content-Length: 5000000\r\n\r\n")
    for _ in range(50):
        client.send(b"x" * 100_000)

    status, _, body = client.answer()

    assert (status, json.loads(body)["read"]) == (200, 5_000_000)


def test_chunks_are_read_and_the_connection_goes_on(client):
    client.send(REQUEST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n")

    assert json.loads(client.answer()[2])["read"] == 7
    assert client.get("/")[0] == 200


@pytest.mark.parametrize(
    "chunks", [b"zz\r\nabc\r\n", b"\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"F" * 40 + b"\r\n"]
)
def test_malformed_chunks_are_400_and_end_the_connection(client, chunks):
    client.send(REQUEST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    status, headers, body = client.answer()

    assert (status, headers["connection"]) == (400, "close")
    assert json.loads(body)["problem"] == "bad-request"


def test_a_body_cut_short_is_no_error_of_ours(client):
    client.send(REQUEST + b"Content-Length: 10\r\n\r\nabc")
    client.socket.shutdown(socket.SHUT_WR)

    assert client.answer()[0] == 400


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: test\n\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: test\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: test\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (
            b"GET / HTTP/1.1\r\nHost: test\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
            431,
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_with_a_problem(client, raw, status):
    client.send(raw)

    found, headers, body = client.answer()

    assert (found, headers["connection"]) == (status, "close")
    assert json.loads(body)["status"] == status


def test_an_empty_line_before_a_request_is_ignored(client):
    assert client.send(b"\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n").answer()[0] == 200


def test_a_large_answer_arrives_whole(client):
    status, _, body = client.get("/large")

    assert (status, len(body)) == (200, 3_000_000)


def test_an_answer_of_unknown_length_comes_in_chunks(client):
    client.send(b"GET /stream HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")

    _, headers, _ = client.answer()

    assert headers["transfer-encoding"] == "chunked"
    assert client.file.read() == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


def test_a_bug_below_the_application_is_a_500_that_reveals_nothing(client):
    status, _, body = client.get("/raise")

    assert status == 500
    assert b"RuntimeError" not in body
    assert b"bug" not in body


def test_the_environment_is_what_wsgi_says(client):
    _, _, body = client.get(
        "/environ?q=a%20b", "X-Real: yes", "X_Real: no", "Accept: a", "Accept: b", "Cookie: c=1"
    )

    environ = json.loads(body)
    assert environ["QUERY_STRING"] == "q=a%20b"
    assert environ["HTTP_X_REAL"] == "yes"
    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"

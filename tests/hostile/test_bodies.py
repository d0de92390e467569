"""Bodies that are too large, too slow, too deep, or no text."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.hostile.conftest import PASSWORD, PATIENCE, problem_of, request

LOGIN = "/v1/auth/login"
PROFILE = "/v1/auth/profile"
GIGABYTE = 1 << 30


@pytest.mark.parametrize("path", [LOGIN, "/v1/auth/pages/verify-email", "/v1/auth/register"])
def test_a_gigabyte_is_refused_by_its_declared_length(raw, ada, path):
    head = request("POST", path, f"Content-Length: {GIGABYTE}", body=b"", token=ada["access_token"])

    answer = raw.send(head + b"x" * 200_000).answer()

    assert problem_of(answer)[0] == 413
    assert answer[1]["connection"] == "close"


@pytest.mark.parametrize("path", ["/no/such/path", "/health", "/v1/auth/sessions"])
def test_a_gigabyte_nobody_wants_is_not_read(raw, target, path):
    before = _received(target)

    answer = raw.send(request("POST", path, f"Content-Length: {GIGABYTE}", body=b"{")).answer()

    assert answer[0] in {404, 405, 413}
    assert raw.is_closed()
    assert _received(target) - before < 50_000_000


def test_a_chunked_body_without_end_is_cut_off_at_the_limit(raw, target):
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    raw.send(request("POST", LOGIN, "Transfer-Encoding: chunked", body=b""))
    try:
        for _ in range(400):
            raw.send(chunk)
    except OSError:
        pass  # it stopped listening, as it should

    assert _reset_or_status(raw) in {413, None}
    assert target.get("/health/liveness").status == 200


def _reset_or_status(client):
    try:
        return client.answer()[0]
    except (OSError, IndexError):
        return None


def test_a_body_that_stalls_ends_in_a_problem(raw):
    answer = raw.send(request("POST", LOGIN, "Content-Length: 100", body=b'{"email":')).answer()

    assert problem_of(answer) == (408, "request-timeout")
    assert answer[1]["connection"] == "close"


def test_a_head_that_stalls_ends_in_a_problem(raw):
    answer = raw.send(b"POST /v1/auth/login HTTP/1.1\r\nHost: test\r\nX-Slow: ").answer()

    assert problem_of(answer) == (408, "request-timeout")
    assert raw.is_closed()


def test_slow_bodies_and_silent_connections_keep_nobody_waiting(connect, target, ada):
    for _ in range(100):
        connect()
    for _ in range(100):
        connect().send(request("POST", LOGIN, "Content-Length: 100", body=b"{"))

    started = time.monotonic()
    answer = target.get(PROFILE, token=ada["access_token"])

    assert answer.status == 200
    assert time.monotonic() - started < PATIENCE


def test_a_slow_body_holds_no_database_connection(connect, target):
    login = {"email": "ada@example.com", "password": PASSWORD}
    tokens = [target.post(LOGIN, login).json["access_token"] for _ in range(8)]
    body = b'{"bio":'
    for token in tokens[:6]:  # more than the pool has, each a caller not met before
        connect().send(request("PATCH", PROFILE, "Content-Length: 100", body=body, token=token))
    for token in tokens[6:]:
        started = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        kind = "Content-Type: multipart/form-data; boundary=x"
        connect().send(
            request("POST", "/v1/media", kind, "Content-Length: 100000", body=started, token=token)
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: target.get("/health").status, range(4)))
        timed = time.monotonic()
        answer = target.post(LOGIN, login)

    assert answers == [200] * 4
    assert answer.status == 200
    assert time.monotonic() - timed < PATIENCE, "it waited for a slow client's connection"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[" * 10_000 + b"]" * 10_000, (400, "bad-request")),
        (b'{"email":' * 10_000 + b"1" + b"}" * 10_000, (400, "bad-request")),
        (b'{"email": "a\\u0000b@example.com", "password": "x"}', (422, "invalid")),
        (b'{"email": "a\x00b@example.com", "password": "x"}', (400, "bad-request")),
        (b'{"email": "\xff\xfe@example.com", "password": "x"}', (400, "bad-request")),
        (b'{"email": "\\ud800@example.com", "password": "x"}', (400, "bad-request")),
        (b'{"email": 1e400, "password": "x"}', (400, "bad-request")),
        (b'{"email": {}, "password": []}', (422, "invalid")),
        (b'{"email": "a@example.com", "password": "x", "__proto__": {}}', (422, "invalid")),
        (b"\xef\xbb\xbf{}", (400, "bad-request")),
        (b"email=a&password=b", (400, "bad-request")),
        (b"", (400, "bad-request")),
        (b"9" * 500_000, (400, "bad-request")),
        (b'"' + b"x" * 500_000 + b'"', (422, "invalid")),
    ],
)
def test_a_body_that_is_no_sound_json_object_is_pointed_out(raw, body, expected):
    assert problem_of(raw.send(request("POST", LOGIN, body=body)).answer()) == expected
    assert raw.get("/health/liveness")[0] == 200, "the connection goes on"


def test_a_body_cut_short_is_the_clients_fault(raw):
    raw.send(request("POST", LOGIN, "Content-Length: 50", body=b'{"email": "a'))
    raw.socket.shutdown(socket.SHUT_WR)

    assert problem_of(raw.answer()) == (400, "bad-request")


def _received(server):
    """Bytes the server's processes read so far, files and sockets."""
    parent = psutil.Process(server.pid)
    return sum(one.io_counters().read_chars for one in parent.children(recursive=True))

"""Requests two parsers would read differently, and requests that are none."""

from __future__ import annotations

import json

import pytest

from tests.hostile.conftest import PASSWORD, problem_of, request

HIDDEN = request("POST", "/v1/auth/logout-all")


def _smuggled(*headers: str, body: bytes = b"") -> bytes:
    return request("POST", "/v1/auth/login", *headers, body=body)


@pytest.mark.parametrize(
    "attack",
    [
        _smuggled("Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        _smuggled("Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"),
        _smuggled("Content-Length: 0", "Content-Length: 44"),
        _smuggled("Content-Length: 0, 44"),
        _smuggled("Content-Length: +0"),
        _smuggled("Content-Length: 0x0"),
        _smuggled("Content-Length : 0"),
        _smuggled("Content-Length:\x0b0"),
        _smuggled("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
        _smuggled("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
        _smuggled("Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n"),
        _smuggled("Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
        _smuggled("Transfer-Encoding: chunked", "Transfer-Encoding: cow", body=b"0\r\n\r\n"),
        _smuggled("X-Folded: a", " Transfer-Encoding: chunked", "Content-Length: 0"),
        _smuggled("X-Folded: a\n Content-Length: 44", "Content-Length: 0"),
        _smuggled("X: a\rTransfer-Encoding: chunked", "Content-Length: 0"),
        _smuggled("X: a\nTransfer-Encoding: chunked", "Content-Length: 0"),
        b"POST /v1/auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
        b"POST /v1/auth/login HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
        b"POST /v1/auth/login HTTP/2.0\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        b"POST  /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_ambiguous_framing_is_refused_and_ends_the_connection(raw, attack):
    raw.send(attack + HIDDEN)

    answer = raw.answer()

    assert problem_of(answer)[0] == 400
    assert answer[1]["connection"] == "close"
    assert raw.is_closed(), "what followed was taken for another request"


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\r\nhello0\r\n\r\n",
        b"-1\r\n\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5 \nhello\r\n0\r\n\r\n",
        b"5_0\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5;" + b"e" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_none_end_the_connection(raw, chunks):
    raw.send(_smuggled("Transfer-Encoding: chunked", body=chunks) + HIDDEN)

    answer = raw.answer()

    assert problem_of(answer)[0] == 400
    assert raw.is_closed(), "what followed was taken for another request"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 150 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\x00: b\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET", 408),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"A" * 100_000, 414),
        (b"\r\n" * 20_000, 400),
    ],
)
def test_what_is_no_request_is_refused(raw, head, status):
    raw.send(head)

    assert problem_of(raw.answer())[0] == status
    assert raw.is_closed()


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("TRACE", {400, 405}),
        ("CONNECT", {400, 405}),
        ("BREW", {400, 405}),
        ("get", {400, 405}),
        ("WEBSOCKET", {400, 405}),
        ("PROPFIND", {400, 405}),
        ("DELETE", {405}),
        ("G" * 33, {400}),
        ("GET\x00", {400}),
    ],
)
def test_methods_nobody_offers_are_refused(raw, method, status):
    assert problem_of(raw.send(request(method, "/v1/auth/login")).answer())[0] in status


def test_requests_sent_ahead_are_answered_in_order(raw):
    paths = ["/health/liveness", "/no/such/path", "/v1/auth/profile"] * 20
    login = json.dumps({"email": "ada@example.com", "password": PASSWORD + "x"}).encode()

    raw.send(b"".join(request("GET", path) for path in paths) + request("POST", "/v1/auth/login", body=login))

    assert [raw.answer()[0] for _ in paths] == [200, 404, 401] * 20
    assert raw.answer()[0] == 401


def test_a_body_behind_a_get_is_not_the_next_request(raw):
    hidden = request("GET", "/v1/auth/profile")

    raw.send(request("GET", "/health/liveness", body=hidden) + request("GET", "/no/such/path"))

    assert [raw.answer()[0], raw.answer()[0]] == [200, 404]


def test_a_refused_body_is_not_the_next_request(raw):
    hidden = request("GET", "/v1/auth/profile")

    raw.send(request("POST", "/no/such/path", body=hidden) + request("GET", "/health/liveness"))

    assert [raw.answer()[0], raw.answer()[0]] == [404, 200]

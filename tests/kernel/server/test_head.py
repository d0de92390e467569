"""The parser of request heads: strict, and never surprised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Problem
from kernel.server.head import parse


def head(*lines, method="POST", target="/"):
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: test", *lines, "", ""]).encode("latin-1")


def test_a_head_becomes_wsgi_variables():
    parsed = parse(
        head("Content-Type: text/plain", "Content-Length: 12", "X-One:  a ", "Cookie: a=1", "Cookie: b=2")
    )

    assert parsed.variables == {
        "HTTP_HOST": "test",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "12",
        "HTTP_X_ONE": "a",
        "HTTP_COOKIE": "a=1; b=2",
    }
    assert (parsed.content_length, parsed.chunked, parsed.close) == (12, False, False)


@pytest.mark.parametrize(
    "line",
    [
        "Content-Length: 1\r\nContent-Length: 1",
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 5, 5",
        "Content-Length: 0x10",
        "Content-Length: 99999999999999999999",
        "Content-Length : 5",
        "X: a\r\n folded",
        "X: a\nY: b",
        "X: a\rY: b",
        "X: \x00",
        "no colon",
        ": no name",
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(line):
    with pytest.raises(Problem) as caught:
        parse(head(line))

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("target", "origin"),
    [
        ("/a?b=c", "/a?b=c"),
        ("http://other.example/a?b", "/a?b"),
        ("http://other.example", "/"),
        ("http://other.example?b", "/?b"),
        ("*", "*"),
    ],
)
def test_a_target_is_read_in_all_its_forms(target, origin):
    assert parse(head(method="OPTIONS", target=target)).target == origin


@pytest.mark.parametrize("target", ["other.example:443", "a/b", "ftp://x/y", "/a b", "/a\x7f"])
def test_a_target_that_is_no_path_is_refused(target):
    with pytest.raises(Problem):
        parse(head(target=target))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_head_or_a_problem(raw):
    assert outcome(b"GET / HTTP/1.1\r\nHost: a\r\n" + raw + b"\r\n\r\n") in {"GET", 400, 414, 431}


def outcome(raw):
    """Return the method, or the status of the refusal."""
    try:
        return parse(raw).method
    except Problem as ex:
        return ex.status

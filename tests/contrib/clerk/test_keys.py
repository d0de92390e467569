"""The keys Clerk publishes: read when needed, renewed, and done without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.testing import Client
from tests.contrib.clerk.conftest import asking

JWKS = "/.well-known/jwks.json"


@pytest.fixture
def fresh(make_app, clerk):
    """Ask an application that has read no keys yet."""
    application = make_app("clerk", clerk=clerk.settings)
    ask = asking(Client(application), clerk)
    ask.clock = application.clock
    return ask


def test_a_rotated_key_is_found_without_a_restart(fresh, clerk):
    assert fresh().status == 200
    clerk.rotate()
    assert fresh().status == 401  # read a moment ago: not again so soon
    fresh.clock.advance(timedelta(seconds=31))

    assert fresh().status == 200


def test_unknown_keys_do_not_make_us_hammer_clerk(fresh, clerk):
    fresh()
    fresh.clock.advance(timedelta(seconds=31))
    for number in range(50):
        claims = clerk.claims(fresh.clock.now())
        assert fresh(clerk.sign(claims, kid=f"unknown-{number}")).status == 401

    assert clerk.requests.count(JWKS) == 2


def test_keys_are_used_as_long_as_clerk_allows(fresh, clerk):
    for seconds in (0, 200, 200):
        fresh.clock.advance(timedelta(seconds=seconds))
        fresh()

    assert clerk.requests.count(JWKS) == 2  # max-age=300


def test_while_clerk_is_away_the_keys_at_hand_go_on(fresh, clerk):
    fresh()
    clerk.broken[JWKS] = (500, {}, b"oops")
    fresh.clock.advance(timedelta(hours=1))

    assert fresh().status == 200
    assert fresh(clerk.sign(clerk.claims(fresh.clock.now()), kid="new")).status == 503
    fresh.clock.advance(timedelta(days=1))
    assert fresh().status == 503
    clerk.broken.clear()
    fresh.clock.advance(timedelta(seconds=31))
    assert fresh().status == 200


@pytest.mark.parametrize(
    "answer", [(500, {}, b""), (404, {}, b"{}"), (200, {}, b"<html>"), (200, {}, b'{"keys": 7}')]
)
def test_without_keys_a_token_is_neither_good_nor_bad(fresh, clerk, answer):
    clerk.broken[JWKS] = answer

    assert fresh().status == 503
    assert fresh().status == 503
    assert clerk.requests.count(JWKS) == 1


def test_a_key_set_without_keys_for_us_knows_no_token(fresh, clerk):
    clerk.broken[JWKS] = (200, {}, b'{"keys": [7, {"kty": "RSA"}, {"kty": "EC", "kid": "key-1"}]}')

    assert fresh().status == 401

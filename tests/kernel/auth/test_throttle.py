"""Guessing passwords is slow, per account and per address."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from kernel.auth import AuthSettings
from kernel.auth.throttle import Throttle
from kernel.cache import CacheSettings, make_limiter
from kernel.errors import TooManyRequests
from kernel.redis import RedisLink, RedisSettings
from kernel.testing.redis import disposable_redis

ADA = "ada@example.org"


def test_ten_wrong_guesses_at_one_account_are_enough(auth, clock):
    clock.freeze()
    for n in range(10):
        auth.throttle.charge(ADA, f"203.0.113.{n}")

    with pytest.raises(TooManyRequests) as caught:
        auth.throttle.charge(ADA, "203.0.113.99")

    assert caught.value.headers["Retry-After"] == str(caught.value.retry_after)
    clock.advance(timedelta(seconds=caught.value.retry_after))
    auth.throttle.charge(ADA, "203.0.113.99")


def test_a_hundred_accounts_from_one_address_are_enough(auth, clock):
    clock.freeze()
    for n in range(100):
        auth.throttle.charge(f"user{n}@example.org", "203.0.113.4")

    with pytest.raises(TooManyRequests):
        auth.throttle.charge("another@example.org", "203.0.113.4")

    auth.throttle.charge("another@example.org", "203.0.113.5")


def test_right_passwords_cost_nothing(auth, clock):
    clock.freeze()

    for _ in range(200):
        auth.throttle.charge(ADA, "203.0.113.4")
        auth.throttle.forgive(ADA, "203.0.113.4")


def test_guesses_in_parallel_do_not_slip_through(auth, clock, together):
    clock.freeze()

    outcomes = together(50, lambda: auth.throttle.charge(ADA, "203.0.113.4"))

    assert outcomes.count(None) == 10


def test_right_passwords_cost_nothing_in_redis_either(clock):
    clock.freeze()
    with disposable_redis() as redis, closing(RedisLink(RedisSettings(url=redis.url))) as link:
        throttle = Throttle(AuthSettings(), make_limiter(CacheSettings(), clock, link))
        for _ in range(30):
            throttle.charge(ADA, "203.0.113.4")
            throttle.forgive(ADA, "203.0.113.4")

        for _ in range(10):
            throttle.charge(ADA, "203.0.113.4")

        with pytest.raises(TooManyRequests):
            throttle.charge(ADA, "203.0.113.4")


def test_purposes_are_counted_apart(auth, clock):
    clock.freeze()
    for _ in range(10):
        auth.throttle.charge(ADA, "203.0.113.4")

    auth.throttle.charge(ADA, "203.0.113.4", "otp")


def test_it_can_be_lifted_for_load_tools(make_auth, clock):
    clock.freeze()
    auth = make_auth(throttled=False)

    for _ in range(200):
        auth.throttle.charge(ADA, "203.0.113.4")
    auth.throttle.forgive(ADA, "203.0.113.4")

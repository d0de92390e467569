"""Rate limits: the leaky bucket allows what it says and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cache import CacheSettings, make_limiter
from kernel.cache.limiter import Decision
from kernel.clock import TestClock

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def limiter(clock):
    clock.freeze(START)
    return make_limiter(CacheSettings(), clock)


def test_a_burst_up_to_the_limit_passes_and_the_next_hit_waits(limiter):
    decisions = [limiter.hit("k", 3, 60) for _ in range(4)]

    assert [decision.remaining for decision in decisions] == [2, 1, 0, 0]
    assert decisions[2] == Decision(allowed=True, remaining=0, retry_after=0, reset=60)
    assert decisions[3] == Decision(allowed=False, remaining=0, retry_after=20, reset=60)


def test_the_bucket_leaks_evenly(limiter, clock):
    for _ in range(3):
        limiter.hit("k", 3, 60)

    clock.advance(timedelta(seconds=20))

    assert [limiter.hit("k", 3, 60).allowed for _ in range(2)] == [True, False]


def test_waiting_as_long_as_told_is_enough_and_no_longer_than_needed(limiter, clock):
    for _ in range(5):
        limiter.hit("k", 5, 60)
    wait = limiter.hit("k", 5, 60, cost=2).retry_after

    clock.advance(timedelta(seconds=wait - 1))
    early = limiter.hit("k", 5, 60, cost=2).allowed
    clock.advance(timedelta(seconds=1))

    assert (wait, early, limiter.hit("k", 5, 60, cost=2).allowed) == (24, False, True)


def test_a_dear_request_takes_more_and_a_refused_one_takes_nothing(limiter):
    first = limiter.hit("k", 10, 60, cost=8)
    refused = limiter.hit("k", 10, 60, cost=5)
    small = limiter.hit("k", 10, 60, cost=2)

    assert (first.remaining, refused.allowed, small.allowed, small.remaining) == (2, False, True, 0)


def test_what_is_given_back_may_be_taken_again_and_no_more(limiter):
    for _ in range(3):
        limiter.hit("k", 3, 60)

    limiter.refund("k", 3, 60)

    assert [limiter.hit("k", 3, 60).allowed for _ in range(2)] == [True, False]


def test_giving_back_to_an_empty_bucket_makes_no_credit(limiter):
    for _ in range(5):
        limiter.refund("k", 3, 60)

    assert [limiter.hit("k", 3, 60).allowed for _ in range(4)] == [True, True, True, False]


def test_callers_do_not_share_a_bucket(limiter):
    limiter.hit("one", 1, 60)

    assert limiter.hit("other", 1, 60).allowed
    assert not limiter.hit("one", 1, 60).allowed


@pytest.mark.parametrize(
    ("count", "per", "cost"), [(1, 60, 2), (1, 0, 1), (0, 60, 1), (5, 60, 0), (5, 60, -1)]
)
def test_a_limit_that_could_never_pass_is_refused(limiter, count, per, cost):
    with pytest.raises(ValueError, match="can never pass"):
        limiter.hit("k", count, per, cost)


@given(
    count=st.integers(1, 50),
    per=st.integers(1, 3600),
    hits=st.lists(st.tuples(st.floats(0, 600), st.integers(1, 5)), max_size=80),
)
def test_no_interval_lets_more_through_than_burst_plus_rate(count, per, hits):
    clock = TestClock()
    clock.freeze(START)
    limiter, passed, elapsed = make_limiter(CacheSettings(), clock), 0, 0.0

    for pause, cost in hits:
        clock.advance(timedelta(seconds=pause))
        elapsed += pause
        if cost <= count and limiter.hit("k", count, per, cost).allowed:
            passed += cost

    assert passed <= count + elapsed * count / per + 0.01


def test_a_clock_set_back_does_not_lock_a_caller_out(limiter, clock):
    limiter.hit("k", 1, 60)

    clock.freeze(START - timedelta(days=1))
    clock.advance(timedelta(seconds=60))
    limiter.hit("k", 1, 60)
    clock.advance(timedelta(seconds=60))

    assert limiter.hit("k", 1, 60).allowed


def test_memory_keeps_only_so_many_buckets(clock):
    limiter = make_limiter(CacheSettings(limiter_keys=2), clock)

    for key in ("a", "b", "c"):
        limiter.hit(key, 1, 60)

    assert [limiter.hit(key, 1, 60).allowed for key in ("c", "b", "a")] == [False, False, True]

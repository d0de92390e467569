"""One caller computes, the others wait; nothing computed too early is kept."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import redis

from kernel.cache import CacheSettings, make_cache


@pytest.fixture(params=["memory", "redis"])
def place(request, clock):
    """One cache, in memory or in Redis."""
    clock.freeze()
    if request.param == "memory":
        return make_cache(CacheSettings(wait=5), clock)
    return request.getfixturevalue("make_shared")(wait=5)


def together(*calls):
    """Run calls in threads; return their results in order."""
    results = [None] * len(calls)

    def run(index, call):
        try:
            results[index] = call()
        except Exception as ex:  # noqa: BLE001 - a failure is a result here
            results[index] = ex

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return results


def test_many_callers_at_once_compute_once(place):
    made, everybody_is_here = [], threading.Barrier(20)

    def make():
        made.append(1)
        return {"n": len(made)}

    def call():
        everybody_is_here.wait(10)
        return place.get_or_set("k", make, tags=["t"])

    results = together(*[call] * 20)

    assert results == [{"n": 1}] * 20
    assert len(made) == 1


def test_a_failure_reaches_all_who_wait_and_is_not_kept(place):
    waiting, made = threading.Event(), []

    def failing():
        made.append(1)
        waiting.wait(0.3)
        raise LookupError("database away")

    results = together(*[lambda: place.get_or_set("k", failing)] * 3)

    assert {str(result) for result in results} == {"database away"}
    assert place.get_or_set("k", lambda: "fine") == "fine"


def test_a_killed_leader_leaves_its_followers_to_compute(place):
    leading, go = threading.Event(), threading.Event()

    class Killed(BaseException):
        pass

    def dying():
        leading.set()
        go.wait(10)
        raise Killed

    def lead():
        with pytest.raises(Killed):
            place.get_or_set("k", dying)

    def follow():
        leading.wait(10)
        threading.Timer(0.05, go.set).start()
        return place.get_or_set("k", lambda: "followed")

    assert together(lead, follow) == [None, "followed"]


@pytest.mark.parametrize("change", ["tag", "delete", "pattern", "clear"])
def test_a_value_computed_before_a_change_is_never_served_after_it(place, change):
    truth, computing, changed = ["old"], threading.Event(), threading.Event()
    changes = {
        "tag": lambda: place.invalidate_tag("t"),
        "delete": lambda: place.delete("k"),
        "pattern": lambda: place.invalidate_pattern("k*"),
        "clear": place.clear,
    }

    def slow():
        value = truth[0]
        computing.set()
        changed.wait(10)
        return value

    def reader():
        return place.get_or_set("k", slow, tags=["t"])

    def writer():
        computing.wait(10)
        truth[0] = "new"
        changes[change]()
        during = place.get_or_set("k", lambda: truth[0], tags=["t"])
        changed.set()
        return during

    results = together(reader, writer)

    assert results[1] == "new", "a reader who comes after the change must not join the flight from before it"
    assert place.get_or_set("k", lambda: truth[0], tags=["t"]) == "new"
    assert place.get("k") == "new"


def test_a_plain_set_wins_over_a_computation_under_way(place):
    def slow():
        place.set("k", "set meanwhile")
        return "computed from older data"

    place.get_or_set("k", slow)

    assert place.get("k") == "set meanwhile"


def test_a_set_with_versions_seen_before_a_change_is_never_served(place):
    seen = place.versions(["t"])
    place.invalidate_tag("t")

    place.set("k", "from before", tags=["t"], seen=seen)

    assert place.get("k") is None
    with pytest.raises(ValueError, match="seen lacks the tags u"):
        place.set("k", 1, tags=["t", "u"], seen=seen)


def test_one_caller_refreshes_while_the_others_get_the_old_value(place, clock):
    place.get_or_set("k", lambda: "old", ttl=10, tags=["t"], stale=30)
    clock.advance(timedelta(seconds=15))
    during = []

    def refresh():
        during.append(place.get_or_set("k", lambda: "never", ttl=10, tags=["t"], stale=30))
        return "new"

    assert place.get_or_set("k", refresh, ttl=10, tags=["t"], stale=30) == "new"
    assert during == ["old"]
    assert place.get("k") == "new"


def test_an_invalidated_value_is_not_served_stale(place, clock):
    place.get_or_set("k", lambda: "old", ttl=10, tags=["t"], stale=30)
    clock.advance(timedelta(seconds=15))

    place.invalidate_tag("t")

    assert place.get_or_set("k", lambda: "new", ttl=10, tags=["t"], stale=30) == "new"


def test_a_computation_that_outlasts_the_wait_is_not_waited_for(clock):
    cache = make_cache(CacheSettings(wait=0.05), clock)
    computing, go = threading.Event(), threading.Event()

    def slow():
        computing.set()
        go.wait(10)
        return "slow"

    def impatient():
        computing.wait(10)
        value = cache.get_or_set("k", lambda: "own")
        go.set()
        return value

    assert together(lambda: cache.get_or_set("k", slow), impatient) == ["slow", "own"]
    assert cache.get("k") == "slow"


PROCESS = """
import sys, threading, time, redis
from kernel.cache import CacheSettings, make_cache
from kernel.clock import SystemClock
from kernel.redis import RedisLink, RedisSettings

tally = redis.Redis.from_url(sys.argv[1])
cache = make_cache(CacheSettings(), SystemClock(), RedisLink(RedisSettings(url=sys.argv[1], timeout=5)))

def make():
    time.sleep(0.2)
    return tally.incr("made")

def call():
    tally.rpush("results", cache.get_or_set("k", make, tags=["t"]))

threads = [threading.Thread(target=call) for _ in range(8)]
tally.incr("ready")
while int(tally.get("ready")) < 2:
    time.sleep(0.001)
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_two_processes_compute_once(server):
    processes = [subprocess.Popen([sys.executable, "-c", PROCESS, server.url]) for _ in range(2)]

    codes = [process.wait(60) for process in processes]

    with redis.Redis(port=server.port) as tally:
        assert (codes, tally.get("made"), tally.lrange("results", 0, -1)) == ([0, 0], b"1", [b"1"] * 16)

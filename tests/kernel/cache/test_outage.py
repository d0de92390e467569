"""Redis goes away and comes back: nothing fails, nothing stale returns."""

from __future__ import annotations

import random
import signal
import threading
import time
from datetime import timedelta

import pytest
import redis

from kernel.cache import CacheSettings, make_cache, make_limiter
from kernel.redis import RedisAway, RedisLink, RedisSettings

KEEP = ("--appendonly", "yes", "--appendfsync", "always")  # Redis keeps its data across a restart


@pytest.fixture
def lasting(server, tmp_path):
    """The same server, with its data on disk."""
    server.stop()
    server.options = KEEP
    return server.start()


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def commands(server):
    """How many commands the server has run, those that had to wait included."""
    with redis.Redis(port=server.port) as client:
        return client.info("stats")["total_commands_processed"]


def test_the_cache_goes_on_in_memory_and_returns_to_redis(make_shared, server):
    cache, other = make_shared(), make_shared()
    cache.set("before", 1)

    server.stop()
    cache.set("during", 2)
    during = cache.mget(["before", "during"]), cache.link.away
    server.start()
    cache.set("after", 3)

    assert during == ({"during": 2}, True)
    assert not cache.link.away
    assert other.mget(["before", "during", "after"]) == {"after": 3}


@pytest.mark.parametrize("change", ["tag", "delete", "pattern", "clear", "set"])
def test_what_changed_during_an_outage_is_not_seen_as_before_after_it(make_shared, lasting, change):
    cache, other = make_shared(), make_shared()
    cache.set("k", "old", tags=["t"])
    changes = {
        "tag": lambda: cache.invalidate_tag("t"),
        "delete": lambda: cache.delete("k"),
        "pattern": lambda: cache.invalidate_pattern("k"),
        "clear": cache.clear,
        "set": lambda: cache.set("k", "set in the outage"),
    }

    lasting.stop()
    changes[change]()
    lasting.start()
    cache.get("k")

    with redis.Redis(port=lasting.port) as client:
        assert client.exists("stoa:value{k:k}"), "the old entry is there, and must not count"
    assert (cache.get("k"), other.get("k")) == (None, None)


def test_an_outage_without_changes_leaves_the_shared_cache_warm(make_shared, lasting):
    cache = make_shared()
    cache.set("k", 1, tags=["t"])

    lasting.stop()
    during = cache.get("k"), cache.get_or_set("k", lambda: 2, tags=["t"])
    lasting.start()

    assert (during, cache.get("k")) == ((None, 2), 1)


def test_a_process_started_during_an_outage_pays_for_what_its_predecessor_owed(make_shared, lasting):
    make_shared().set("k", "old")
    lasting.stop()
    successor = make_shared()

    successor.get("k")
    lasting.start()

    assert successor.get("k") is None


def test_entries_of_one_outage_are_gone_in_the_next(make_shared, server):
    cache = make_shared()
    cache.get("k")

    server.stop()
    cache.set("k", "first outage")
    server.start()
    cache.set("k", "between")
    server.stop()

    assert cache.get("k") is None


def test_entries_written_during_an_outage_live_briefly(make_shared, server, clock):
    clock.freeze()
    cache = make_shared(away_ttl=5)
    server.stop()

    cache.set("k", 1, ttl=3600)
    left = cache.ttl("k")
    clock.advance(timedelta(seconds=6))

    assert (left, cache.get("k")) == (5, None)


@pytest.mark.parametrize("moment", ["goes", "comes"])
def test_a_computation_that_straddles_the_outages_edge_is_not_kept(make_shared, lasting, moment):
    cache = make_shared()
    cache.get("warm up")
    if moment == "comes":
        lasting.stop()

    def straddling():
        lasting.stop() if moment == "goes" else lasting.start()
        cache.invalidate_tag("t")
        return "computed before the invalidation"

    value = cache.get_or_set("k", straddling, tags=["t"])
    if moment == "goes":
        lasting.start()

    assert value == "computed before the invalidation"
    assert cache.get_or_set("k", lambda: "new", tags=["t"]) == "new"


def test_after_one_timeout_a_frozen_redis_is_not_asked_again(make_link, server, clock):
    """What that costs a caller is measured by benchmarks/cache.py."""
    link = make_link(timeout=0.2, cooldown=3600.0)
    cache = make_cache(CacheSettings(), clock, link)
    cache.get("k")
    before = commands(server)
    server.freeze()

    results = [cache.get_or_set(f"k{n}", lambda: 1) for n in range(50)]
    server.thaw()

    assert results == [1] * 50
    assert link.away
    assert commands(server) - before < 10, "one read and its connection, not fifty"


def test_the_limiter_goes_on_by_itself(make_link, server, clock):
    clock.freeze()
    limiter = make_limiter(CacheSettings(), clock, make_link())
    server.stop()

    assert [limiter.hit("k", 2, 60).allowed for _ in range(3)] == [True, True, False]


def test_what_was_counted_during_an_outage_moves_to_redis(make_shared, server):
    cache, other = make_shared(), make_shared()
    server.stop()
    cache.counters.add("views", "a", 3)
    pending = cache.counters.pending("views")
    server.start()
    cache.counters.add("views", "a", 4)

    assert pending == {"a": 3}
    assert other.counters.drain("views", lambda batch, sums: None) == {"a": 7}


def test_a_batch_begun_in_an_outage_is_finished_after_it(make_shared, server):
    cache, ids = make_shared(), []
    server.stop()
    cache.counters.add("views", "a", 3)

    def failing(batch, sums):
        ids.append(batch)
        server.start()
        cache.counters.add("views", "a", 4)
        raise OSError("database away")

    with pytest.raises(OSError, match="away"):
        cache.counters.drain("views", failing)
    drained = [cache.counters.drain("views", lambda batch, sums: ids.append(batch)) for _ in range(2)]

    assert drained == [{"a": 3}, {"a": 4}]
    assert ids[0] == ids[1]


def test_one_caller_probes_while_the_others_fail_at_once(server):
    now, pings = [0.0], []
    link = RedisLink(RedisSettings(url=server.url, cooldown=10.0), monotonic=lambda: now[0])
    server.stop()
    for _ in range(2):
        with pytest.raises(RedisAway):
            link.ping()
    server.start()

    with pytest.raises(RedisAway):
        link.ping()
    now[0] = 10.0
    link.on_return(lambda client: pings.append(link.away))
    link.ping()

    assert (pings, link.away) == ([True], False)
    link.close()


def test_a_debt_that_cannot_be_paid_keeps_the_circuit_open(server):
    link = RedisLink(RedisSettings(url=server.url, cooldown=0.0))
    server.stop()
    with pytest.raises(RedisAway):
        link.ping()
    server.start()
    failures = [redis.ConnectionError("gone again")]

    def pay(client):
        if failures:
            raise failures.pop()

    link.on_return(pay)
    with pytest.raises(RedisAway):
        link.ping()

    assert link.ping() > 0
    link.close()


def test_a_full_redis_counts_as_away_and_the_service_goes_on(make_shared, server):
    cache = make_shared()
    with redis.Redis(port=server.port) as client:
        client.config_set("maxmemory", "1")

    assert cache.get_or_set("k", lambda: 1) == 1
    assert cache.get_or_set("k", lambda: 2) == 1
    assert cache.link.away


class Load:
    """Writers commit a number, invalidate, then announce it; no reader may see less than was announced."""

    def __init__(self, cache):
        self.cache, self.calls, self.faults, self.stop = cache, 0, [], threading.Event()
        self.database, self.announced = dict.fromkeys(range(5), 0), dict.fromkeys(range(5), 0)
        self.locks = {n: threading.Lock() for n in self.database}
        actions = [self.read] * 6 + [self.write] * 2
        self.threads = [threading.Thread(target=self.run, args=pair) for pair in enumerate(actions)]

    def read(self, n):
        announced = self.announced[n]
        value = self.cache.get_or_set(f"item:{n}", lambda: self.database[n], tags=[f"item:{n}"])
        if value < announced:
            self.faults.append(f"item {n} shows {value} after {announced} was announced")

    def write(self, n):
        with self.locks[n]:
            self.database[n] += 1
            self.cache.invalidate_tag(f"item:{n}")
            self.announced[n] = self.database[n]

    def run(self, seed, action):
        rng = random.Random(seed)
        while not self.stop.is_set():
            try:
                action(rng.randrange(5))
                self.calls += 1
            except Exception as ex:  # noqa: BLE001 - any failure of any caller fails the test
                self.faults.append(ex)
                return

    def goes_on(self):
        before = self.calls
        until(lambda: self.calls > before + 300 or self.faults)


def test_redis_stopped_and_started_under_load_fails_no_caller_and_shows_nothing_stale(make_shared, lasting):
    cache = make_shared(away_ttl=60)
    load = Load(cache)
    for thread in load.threads:
        thread.start()

    for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        load.goes_on()
        lasting.stop(how)
        until(lambda: cache.link.away)
        load.goes_on()
        lasting.start()
        until(lambda: not cache.link.away)
        load.goes_on()
    load.stop.set()
    for thread in load.threads:
        thread.join(10)

    assert load.faults == []
    assert cache.get_or_set("item:0", lambda: load.database[0], tags=["item:0"]) == load.database[0]

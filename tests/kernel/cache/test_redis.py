"""The shared cache: what one process writes, another sees."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import redis

from kernel.cache import CacheSettings, make_cache, make_limiter
from kernel.cache.store import lease_token, same_work


@pytest.fixture
def one(make_shared):
    return make_shared()


@pytest.fixture
def other(make_shared):
    return make_shared()


def test_what_one_process_stores_another_reads(one, other):
    one.mset({"json": {"n": [1, None]}, "raw": b"\x00\xff"}, tags=["t"])

    assert other.mget(["json", "raw", "absent"]) == {"json": {"n": [1, None]}, "raw": b"\x00\xff"}


def test_an_entry_lives_its_ttl_by_the_applications_clock(one, clock):
    clock.freeze()
    one.set("k", 1, ttl=3600)
    left = one.ttl("k")

    clock.advance(timedelta(seconds=3601))

    assert (left, one.get("k"), one.ttl("k")) == (3600, None, None)


def test_a_life_can_be_prolonged_without_changing_the_value(one, other, clock):
    clock.freeze()
    one.set("k", {"v": 1}, ttl=10, tags=["t"])

    assert other.expire("k", 100)
    clock.advance(timedelta(seconds=50))

    assert (one.get("k"), one.ttl("k"), one.expire("absent", 1)) == ({"v": 1}, 50, False)


def test_a_tag_invalidated_in_one_process_is_invalid_in_all(one, other):
    one.set("k", 1, tags=["red", "blue"])
    one.set("kept", 2, tags=["blue"])

    other.invalidate_tags(["red", "green"])

    assert one.mget(["k", "kept"]) == {"kept": 2}


def test_a_pattern_finds_brackets_braces_and_backslashes_as_they_are(one, other):
    keys = ["list[1]", "list[2]", "list1", "li{s}t", "li\\st", "}odd{", "list:1", "list:22"]
    one.mset(dict.fromkeys(keys, 1))

    assert other.invalidate_pattern("list[1]") == 1
    assert other.invalidate_pattern("list:?") == 1
    assert other.invalidate_pattern("li\\st") == 1
    assert other.invalidate_pattern("}odd*") == 1
    assert sorted(one.mget(keys)) == ["list1", "list:22", "list[2]", "li{s}t"]


def test_many_keys_are_swept_without_stopping_redis(one):
    one.mset({f"list:{n}": n for n in range(1700)})
    one.set("item:1", 1)

    assert one.invalidate_pattern("list:*") == 1700
    assert one.get("item:1") == 1


def test_clearing_empties_every_process_and_leaves_other_namespaces(one, other, make_link, clock):
    elsewhere = make_cache(CacheSettings(), clock, make_link(namespace="elsewhere"))
    for cache in (one, elsewhere):
        cache.set("k", 1)

    other.clear()

    assert (one.get("k"), elsewhere.get("k")) == (None, 1)


def test_deleting_counts_what_was_there(one, other):
    one.mset({"a": 1, "b": 2})

    assert (other.delete("a", "b", "c"), other.delete("a")) == (2, 0)


def test_an_evicted_tag_version_or_epoch_loses_entries_and_revives_none(one, server):
    one.set("k", "old", tags=["t"])
    one.invalidate_tag("t")
    with redis.Redis(port=server.port) as client:
        client.delete("stoa:tag:t")
        lost = one.get("k")
        one.set("k", "new", tags=["t"])
        client.delete("stoa:tag:")

    assert (lost, one.get("k")) == (None, None)


def test_rubbish_under_a_key_reads_as_absent_and_is_replaced(one, server):
    with redis.Redis(port=server.port) as client:
        client.set("stoa:value{k:k}", b"not ours")

    assert one.get("k") is None
    assert one.get_or_set("k", lambda: 1) == 1
    assert one.get("k") == 1


def test_a_wrong_command_is_an_error_and_no_outage(one, server):
    with redis.Redis(port=server.port) as client:
        client.set("stoa:sums{c:views}", "not a hash")

    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        one.counters.add("views", "a")
    assert not one.link.away


def test_counters_of_many_processes_add_up_and_drain_once(make_shared):
    caches, drained = [make_shared() for _ in range(4)], []

    def work(cache):
        for n in range(100):
            cache.counters.add("views", f"item{n % 3}")
            if n % 10 == 0:
                cache.counters.drain("views", lambda batch, sums: drained.append(sums))

    threads = [threading.Thread(target=work, args=(cache,)) for cache in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    caches[0].counters.drain("views", lambda batch, sums: drained.append(sums))

    assert sum(sum(sums.values()) for sums in drained) == 400
    assert caches[0].counters.pending("views") == {}


def test_a_batch_a_dying_process_left_comes_again_under_its_id(one, other):
    class Killed(BaseException):
        pass

    def dying(batch, sums):
        ids.append(batch)
        one.counters.add("views", "a", 5)
        raise Killed

    ids = []
    one.counters.add("views", "a")
    with pytest.raises(Killed):
        one.counters.drain("views", dying)

    again = other.counters.drain("views", lambda batch, sums: ids.append(batch))
    later = other.counters.drain("views", lambda batch, sums: ids.append(batch))

    assert (again, later) == ({"a": 1}, {"a": 5})
    assert ids[0] == ids[1] != ids[2]


def test_while_one_process_drains_another_finds_nothing_to_do(one, other):
    one.counters.add("views", "a")
    seen = []

    one.counters.drain("views", lambda b, s: seen.append(other.counters.drain("views", lambda b, s: None)))

    assert seen == [{}]


def test_processes_share_a_rate_limit_exactly(make_link, clock):
    clock.freeze()
    limiters = [make_limiter(CacheSettings(), clock, make_link()) for _ in range(4)]
    allowed = []

    def work(limiter):
        allowed.extend(limiter.hit("k", 25, 60).allowed for _ in range(20))

    threads = [threading.Thread(target=work, args=(limiter,)) for limiter in limiters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (allowed.count(True), allowed.count(False)) == (25, 55)


def test_memory_and_redis_decide_alike(make_link, clock):
    clock.freeze()
    shared, alone = make_limiter(CacheSettings(), clock, make_link()), make_limiter(CacheSettings(), clock)

    for pause, cost in [
        (0, 1),
        (0, 3),
        (0.4, 2),
        (3, 1),
        (0, 5),
        (0.1, 1),
        (100, 5),
        (0, 1),
        (7.3, 2),
        (0, 4),
    ]:
        clock.advance(timedelta(seconds=pause))
        assert shared.hit("k", 5, 30, cost) == alone.hit("k", 5, 30, cost)


def test_a_lease_tells_what_it_computes_for():
    before, after = {"": "e", "t": "1"}, {"": "e", "t": "2"}

    assert same_work(lease_token(before), lease_token(dict(reversed(before.items()))))
    assert not same_work(lease_token(before), lease_token(after))
    assert lease_token(before) != lease_token(before)

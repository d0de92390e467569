"""The cache in memory: values, times, tags, patterns, bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cache import CacheSettings, make_cache
from kernel.cache.counters import Counters, MemoryCounters
from kernel.cache.entry import Entry, decode
from kernel.cache.memory import MemoryStore, glob
from kernel.clock import TestClock

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(value=json_values | st.binary())
def test_what_is_stored_reads_back_equal(value):
    cache = make_cache(CacheSettings(), TestClock())

    cache.set("k", value)

    assert cache.get("k", "absent") == value


@given(value=json_values | st.binary(), times=st.tuples(st.floats(0, 1e12), st.floats(0, 1e12)))
def test_an_entry_survives_its_encoding(value, times):
    cache_form = Entry(
        value if isinstance(value, bytes) else b"1", isinstance(value, bytes), *times, {"": "v"}
    )

    assert decode(cache_form.encode()) == cache_form


@pytest.mark.parametrize("stored", [None, b"", b"x", b"{}", b"j" + b"\xff" * 30, b"j" * 21 + b"no json"])
def test_what_another_program_left_under_a_key_reads_as_absent(stored):
    assert decode(stored) is None


@pytest.mark.parametrize("value", [object(), {1, 2}, {"at": b"bytes inside"}])
def test_what_is_neither_bytes_nor_json_is_refused(cache, value):
    with pytest.raises(TypeError, match="bytes and JSON"):
        cache.set("k", value)


def test_changing_what_was_read_changes_nothing_in_the_cache(cache):
    cache.set("k", {"n": [1]})

    cache.get("k")["n"].append(2)

    assert cache.get("k") == {"n": [1]}


def test_a_miss_and_a_hit_show_the_same_form(cache):
    missed = cache.get_or_set("k", lambda: {"pair": (1, 2)})
    hit = cache.get_or_set("k", lambda: {"pair": (1, 2)})

    assert missed == hit == {"pair": [1, 2]}


def test_a_cached_none_is_a_hit(cache):
    made = []

    for _ in range(2):
        assert cache.get_or_set("k", lambda: made.append(1)) is None

    assert len(made) == 1


def test_an_entry_lives_its_ttl_and_no_longer(cache, clock):
    cache.set("k", 1, ttl=10)

    clock.advance(timedelta(seconds=9.9))
    before = cache.get("k"), round(cache.ttl("k"), 3)
    clock.advance(timedelta(seconds=0.2))

    assert before == (1, 0.1)
    assert (cache.get("k"), cache.ttl("k"), cache.expire("k", 5)) == (None, None, False)


def test_a_life_can_be_prolonged_and_cut_short(cache, clock):
    cache.mset({"long": 1, "short": 2}, ttl=10)

    assert cache.expire("long", 60)
    assert cache.expire("short", 1)
    clock.advance(timedelta(seconds=20))

    assert cache.mget(["long", "short"]) == {"long": 1}


def test_several_values_are_read_and_written_at_once(cache):
    cache.mset({"a": 1, "b": b"two"}, tags=["t"])

    assert cache.mget(["a", "absent", "b"]) == {"a": 1, "b": b"two"}
    assert cache.delete("a", "b", "absent") == 2
    assert cache.mget(["a", "b"]) == {}


def test_an_invalidated_tag_takes_all_its_values_and_no_other(cache):
    cache.set("both", 1, tags=["red", "blue"])
    cache.set("blue", 2, tags=["blue"])
    cache.set("none", 3)

    cache.invalidate_tag("red")

    assert cache.mget(["both", "blue", "none"]) == {"blue": 2, "none": 3}


def test_a_pattern_takes_what_matches_and_nothing_else(cache):
    cache.mset({"list:1": 1, "list:22": 2, "list[1]": 3, "item:1": 4})

    assert cache.invalidate_pattern("list:?") == 1
    assert cache.invalidate_pattern("list[1]") == 1
    assert cache.invalidate_pattern("*:*") == 2


@given(st.text(), st.text())
def test_a_pattern_of_plain_text_matches_only_itself(text, other):
    plain = text.replace("*", "").replace("?", "")

    assert glob(plain).fullmatch(plain)
    assert bool(glob(plain).fullmatch(other)) == (plain == other)


def test_clearing_makes_everything_unseen(cache):
    cache.mset({"a": 1, "b": 2}, tags=["t"])

    cache.clear()

    assert cache.mget(["a", "b"]) == {}


@pytest.mark.parametrize("key", ["", "k" * 1025, None, b"k", 7])
def test_a_key_is_a_text_of_bounded_length(cache, key):
    with pytest.raises(ValueError, match="1 to 1024"):
        cache.get(key)


def test_the_least_recently_used_goes_when_there_are_too_many(clock):
    cache = make_cache(CacheSettings(memory_entries=3), clock)
    cache.mset({"a": 1, "b": 2, "c": 3})

    cache.get("a")
    cache.set("d", 4)

    assert cache.mget(["a", "b", "c", "d"]) == {"a": 1, "c": 3, "d": 4}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3000)), max_size=60))
def test_the_memory_never_holds_more_than_its_bounds_nor_loses_count(writes):
    store = MemoryStore(max_bytes=8_000, max_entries=9)

    for key, size in writes:
        store.put({f"k{key}": Entry(b"x" * size, True, 1, 1, {})}, now=0)

    assert store.bytes <= 8_000
    assert store.entries <= 9
    store.remove([f"k{key}" for key in range(31)])
    assert (store.bytes, store.entries) == (0, 0)


def test_a_value_larger_than_the_memory_displaces_nothing(clock):
    cache = make_cache(CacheSettings(memory_bytes=10_000), clock)
    cache.set("small", 1)

    cache.set("giant", b"x" * 20_000)

    assert cache.mget(["small", "giant"]) == {"small": 1}


def test_a_forgotten_tag_version_loses_its_entries_rather_than_reviving_them(clock):
    cache = make_cache(CacheSettings(memory_entries=2), clock)
    cache.set("k", "old", tags=["t"])
    cache.invalidate_tag("t")

    for n in range(5):
        cache.versions([f"crowd{n}"])

    assert cache.get("k") is None


def test_counters_sum_up_and_a_drain_takes_all():
    counters, written = Counters(MemoryCounters(), TestClock()), []
    for field in ("a", "b", "a"):
        counters.add("views", field)
    counters.add("views", "b", -3)

    drained = counters.drain("views", lambda batch, sums: written.append((batch, dict(sums))))

    assert drained == written[0][1] == {"a": 2, "b": -2}
    assert counters.pending("views") == {}
    assert counters.drain("views", lambda batch, sums: written.append(sums)) == {}


def test_a_batch_that_could_not_be_written_comes_again_under_its_id():
    counters, ids = Counters(MemoryCounters(), TestClock()), []
    counters.add("views", "a")

    def failing(batch, sums):
        ids.append(batch)
        counters.add("views", "a", 10)
        raise OSError("database away")

    with pytest.raises(OSError, match="away"):
        counters.drain("views", failing)
    again = counters.drain("views", lambda batch, sums: ids.append(batch))
    later = counters.drain("views", lambda batch, sums: ids.append(batch))

    assert (again, later) == ({"a": 1}, {"a": 10})
    assert ids[0] == ids[1] != ids[2]


def test_two_drains_at_once_share_nothing():
    clock = TestClock()
    counters, inner = Counters(MemoryCounters(), clock), []
    counters.add("views", "a")

    counters.drain("views", lambda batch, sums: inner.append(counters.drain("views", lambda b, s: None)))

    assert inner == [{}]

"""The memory of recognised callers: bounded, dropped by account, never stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import integers

from kernel.auth.principal_cache import Entry, PrincipalCache
from kernel.auth.principals import Principal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def entry(account):
    return Entry(Principal(id=UUID(int=account), kind="user"), LATER)


def test_an_entry_ends_with_its_time():
    cache = PrincipalCache(10)
    cache.put("a", entry(1), cache.generation)

    assert cache.get("a", NOW) is not None
    assert cache.get("a", LATER) is None


def test_the_least_recently_used_goes_first():
    cache = PrincipalCache(2)
    cache.put("a", entry(1), cache.generation)
    cache.put("b", entry(2), cache.generation)
    cache.get("a", NOW)

    cache.put("c", entry(3), cache.generation)

    assert cache.get("a", NOW) is not None
    assert cache.get("b", NOW) is None


def test_what_was_read_before_a_change_is_not_kept_after_it():
    cache = PrincipalCache(2)
    generation = cache.generation
    cache.drop(UUID(int=1))

    cache.put("a", entry(1), generation)

    assert cache.get("a", NOW) is None


class CacheMachine(RuleBasedStateMachine):
    """Against a plain dict: what is dropped stays dropped, and the index follows the entries."""

    def __init__(self):
        super().__init__()
        self.cache = PrincipalCache(5)
        self.kept = {}

    @rule(key=integers(0, 9))
    def put(self, key):
        self.cache.put(key, entry(key % 3), self.cache.generation)
        self.kept[key] = key % 3

    @rule(key=integers(0, 9))
    def get(self, key):
        found = self.cache.get(key, NOW)
        assert found is None or found.id == UUID(int=self.kept[key])

    @rule(account=integers(0, 2))
    def drop(self, account):
        self.cache.drop(UUID(int=account))
        self.kept = {key: owner for key, owner in self.kept.items() if owner != account}

    @rule()
    def clear(self):
        self.cache.clear()
        self.kept = {}

    @invariant()
    def it_is_bounded_and_consistent(self):
        assert len(self.cache) <= 5
        assert set(self.cache._entries) <= set(self.kept)
        indexed = {key for keys in self.cache._keys_of.values() for key in keys}
        assert indexed == set(self.cache._entries)


TestCacheMachine = CacheMachine.TestCase

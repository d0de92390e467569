"""Redis while it is there, this process's memory while it is away.

What must not happen: that something changed during the outage shows its old
value after it. Three rules see to that.

* The memory starts empty when the circuit opens and is emptied when it closes.
  Entries in it live `[cache] away_ttl` seconds at most, because processes
  cannot hear each other's invalidations meanwhile.
* A delete, an invalidation or a plain set that could not reach Redis is owed.
  Before the circuit closes the debt is paid with a new epoch: every entry in
  Redis from before counts no more. (Computed values owe nothing: a short outage
  without writes leaves the cache warm.) A process that never met Redis owes
  too, for what its predecessor may have left unpaid.
* Tag versions and leases are random, so one drawn in memory never stands in
  Redis nor the other way round: a computation that straddles the change of
  place is simply not kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import structlog

from kernel.cache.counters import CounterStore, MemoryCounters
from kernel.cache.entry import EPOCH, Entry
from kernel.cache.limiter import Buckets, MemoryBuckets
from kernel.cache.memory import MemoryStore
from kernel.cache.redis_buckets import RedisBuckets
from kernel.cache.redis_counters import RedisCounters
from kernel.cache.redis_store import RedisStore
from kernel.cache.store import Look, Store, Versions
from kernel.redis import RedisAway

if TYPE_CHECKING:
    from kernel.redis import Client, RedisLink

P = TypeVar("P")
T = TypeVar("T")

log = structlog.get_logger()


class _Shared(Generic[P]):
    """One port's Redis form over a link, made for the client the link has."""

    def __init__(self, link: RedisLink, make: Callable[[Client, str], P]) -> None:
        self.link, self._make = link, make
        self._made: tuple[Client, P] | None = None

    def run(self, call: Callable[[P], T]) -> T:
        """Return `call(port)`; raise RedisAway."""
        return self.link.run(lambda client: call(self.over(client)))

    def over(self, client: Client) -> P:
        """Return the port over a client."""
        if self._made is None or self._made[0] is not client:
            self._made = (client, self._make(client, self.link.namespace))
        return self._made[1]

    def change(self, there: Callable[[P], T], here: Callable[[], T]) -> T:
        """Make a change in Redis, or here while it is away; never in neither."""
        while True:
            try:
                return self.run(there)
            except RedisAway:
                done = self.link.meanwhile(lambda: (here(),))
                if done is not None:
                    return done[0]


class FallbackStore:
    """A `Store` over Redis that goes on in memory."""

    def __init__(self, link: RedisLink, memory: MemoryStore, away_ttl: float) -> None:
        self._memory, self._away_ttl = memory, away_ttl
        self._shared: _Shared[Store] = _Shared(link, RedisStore)
        self._met = self._owed = False
        link.on_leave(self._left)
        link.on_return(self._back)

    def fetch(self, keys: Sequence[str]) -> tuple[list[Entry | None], Versions]:
        """Return entries and the versions of their tags."""
        return self._either(lambda store: store.fetch(keys))

    def look(self, key: str, tags: Sequence[str]) -> Look:
        """Return the entry, the lease and the versions of `tags`."""
        return self._either(lambda store: store.look(key, tags))

    def versions(self, tags: Sequence[str]) -> Versions:
        """Return the versions of the epoch and of `tags`."""
        return self._either(lambda store: store.versions(tags))

    def put(self, entries: Mapping[str, Entry], now: float) -> None:
        """Store entries and end their leases."""
        brief = {key: self._brief(entry, now) for key, entry in entries.items()}
        self._change(lambda store: store.put(entries, now), lambda store: store.put(brief, now))

    def put_leased(self, key: str, entry: Entry, lease: str, now: float) -> bool:
        """Store an entry while the lease stands."""
        try:
            return self._shared.run(lambda store: store.put_leased(key, entry, lease, now))
        except RedisAway:
            return self._memory.put_leased(key, self._brief(entry, now), lease, now)

    def claim(self, key: str, tags: Sequence[str], lease: str, seconds: float, now: float) -> Look | None:
        """Take the lease and look, unless someone computes the same."""
        return self._either(lambda store: store.claim(key, tags, lease, seconds, now))

    def release(self, key: str, lease: str) -> None:
        """End the lease if it still stands, in both places: it may be from before."""
        self._memory.release(key, lease)
        try:
            self._shared.run(lambda store: store.release(key, lease))
        except RedisAway:
            log.debug("cache_lease_left_to_expire", key=key)

    def remove(self, keys: Sequence[str]) -> int:
        """Remove entries and leases."""
        return self._change(lambda store: store.remove(keys))

    def prolong(self, key: str, expires_at: float, now: float) -> bool:
        """Set when an entry expires."""
        soonest = min(expires_at, now + self._away_ttl)
        return self._change(
            lambda store: store.prolong(key, expires_at, now), lambda store: store.prolong(key, soonest, now)
        )

    def invalidate(self, tags: Iterable[str]) -> None:
        """Draw new versions."""
        self._change(lambda store: store.invalidate(tags))

    def remove_matching(self, pattern: str) -> int:
        """Remove entries and leases whose key matches."""
        return self._change(lambda store: store.remove_matching(pattern))

    def _either(self, call: Callable[[Store], T]) -> T:
        try:
            result = self._shared.run(call)
        except RedisAway:
            return call(self._memory)
        self._met = True
        return result

    def _change(self, there: Callable[[Store], T], here: Callable[[Store], T] | None = None) -> T:
        def owing() -> T:
            self._owed = True
            return (here or there)(self._memory)

        return self._shared.change(there, owing)

    def _brief(self, entry: Entry, now: float) -> Entry:
        latest = now + self._away_ttl
        return dataclasses.replace(
            entry, fresh_until=min(entry.fresh_until, latest), expires_at=min(entry.expires_at, latest)
        )

    def _left(self) -> None:
        self._owed = self._owed or not self._met
        self._memory.invalidate([EPOCH])

    def _back(self, client: Client) -> None:
        if self._owed:
            self._shared.over(client).invalidate([EPOCH])
            log.info("cache_starts_anew", reason="changes were made while redis was away")
        self._owed, self._met = False, True
        self._memory.invalidate([EPOCH])


class FallbackCounters:
    """A `CounterStore` over Redis that goes on in memory; the module `counters` says what can be lost."""

    def __init__(self, link: RedisLink, memory: MemoryCounters) -> None:
        self._memory = memory
        self._shared: _Shared[CounterStore] = _Shared(link, RedisCounters)
        link.on_return(lambda client: memory.move_to(self._shared.over(client).add))

    def add(self, name: str, field: str, n: int) -> int:
        """Add to a field."""
        return self._shared.change(
            lambda store: store.add(name, field, n), lambda: self._memory.add(name, field, n)
        )

    def pending(self, name: str) -> dict[str, int]:
        """Return the sums since the last drain, of this process alone while Redis is away."""
        try:
            return self._shared.run(lambda store: store.pending(name))
        except RedisAway:
            return self._memory.pending(name)

    def take(self, name: str, lease: float, now: float) -> tuple[str, dict[str, int]] | None:
        """Start or take over a batch: first what an outage left in memory."""
        taken = self._memory.take(name, lease, now)
        try:
            return taken or self._shared.run(lambda store: store.take(name, lease, now))
        except RedisAway:
            return None

    def settle(self, name: str, batch: str) -> None:
        """Forget a written batch."""
        self._memory.settle(name, batch)
        self._finish(name, batch, lambda store: store.settle(name, batch))

    def abandon(self, name: str, batch: str) -> None:
        """Let the next drain repeat a batch."""
        self._memory.abandon(name, batch)
        self._finish(name, batch, lambda store: store.abandon(name, batch))

    def _finish(self, name: str, batch: str, call: Callable[[CounterStore], Any]) -> None:
        try:
            self._shared.run(call)
        except RedisAway:
            log.warning("counter_batch_may_come_again", counters=name, batch=batch)


class FallbackBuckets:
    """`Buckets` over Redis; while it is away each process grants the limit by itself."""

    def __init__(self, link: RedisLink, memory: MemoryBuckets) -> None:
        self._memory = memory
        self._shared: _Shared[Buckets] = _Shared(link, RedisBuckets)

    def pour(self, key: str, now: int, capacity: int, amount: int) -> tuple[bool, int]:
        """Pour into a bucket."""
        try:
            return self._shared.run(lambda buckets: buckets.pour(key, now, capacity, amount))
        except RedisAway:
            return self._memory.pour(key, now, capacity, amount)

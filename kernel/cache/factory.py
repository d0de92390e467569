"""Makes the cache and the limiter a deployment's settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.cache.cache import Cache, Observer
from kernel.cache.counters import Counters, MemoryCounters
from kernel.cache.limiter import Limiter, MemoryBuckets
from kernel.cache.memory import MemoryStore

if TYPE_CHECKING:
    from kernel.cache.settings import CacheSettings
    from kernel.clock import Clock
    from kernel.redis import RedisLink


def make_cache(
    settings: CacheSettings,
    clock: Clock,
    link: RedisLink | None = None,
    observe: Observer = lambda key, hit: None,  # noqa: ARG005 - the shape of an observer
) -> Cache:
    """Return a cache in memory, or over `link` with memory to fall back to."""
    memory, counters = MemoryStore(settings.memory_bytes, settings.memory_entries), MemoryCounters()
    if link is None:
        return Cache(memory, Counters(counters, clock), settings, clock, observe)
    from kernel.cache.fallback import FallbackCounters, FallbackStore  # noqa: PLC0415 - needs Redis's client

    store = FallbackStore(link, memory, settings.away_ttl)
    return Cache(store, Counters(FallbackCounters(link, counters), clock), settings, clock, observe)


def make_limiter(settings: CacheSettings, clock: Clock, link: RedisLink | None = None) -> Limiter:
    """Return a limiter in memory, or over `link` with memory to fall back to."""
    memory = MemoryBuckets(settings.limiter_keys)
    if link is None:
        return Limiter(memory, clock)
    from kernel.cache.fallback import FallbackBuckets  # noqa: PLC0415 - needs Redis's client

    return Limiter(FallbackBuckets(link, memory), clock)

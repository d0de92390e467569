"""Cache, buffered counters and rate limits: in memory, or shared through Redis.

With `[redis] url` empty all three live in this process. With it they are shared,
and fall back to this process's memory while Redis is away.
"""

from kernel.cache.cache import Cache
from kernel.cache.counters import Counters
from kernel.cache.factory import make_cache, make_limiter
from kernel.cache.limiter import Decision, Limiter
from kernel.cache.settings import CacheSettings

__all__ = ["Cache", "CacheSettings", "Counters", "Decision", "Limiter", "make_cache", "make_limiter"]

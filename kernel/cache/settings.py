"""Settings of the cache and of the buckets of rate limits: `[cache]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """How much the memory holds, how long entries live, how long callers wait."""

    memory_bytes: int = setting(
        32 * 1024 * 1024, help="Bytes the in-memory cache of one process may hold.", minimum=0
    )
    memory_entries: int = setting(
        50_000, help="Entries the in-memory cache of one process may hold.", minimum=0
    )
    default_ttl: float = setting(
        86_400.0, help="Seconds an entry lives when its writer names no ttl.", minimum=0.001
    )
    lease: float = setting(
        30.0, help="Seconds one caller may compute a value while others wait for it.", minimum=0.05
    )
    wait: float = setting(
        5.0, help="Seconds to wait for another's computation before computing without storing.", minimum=0
    )
    away_ttl: float = setting(
        5.0,
        help="Seconds an entry lives at most while Redis is away: processes cannot hear each other.",
        minimum=0,
    )
    limiter_keys: int = setting(
        100_000, help="Rate-limit buckets one process keeps in memory; full or idle ones go first.", minimum=1
    )

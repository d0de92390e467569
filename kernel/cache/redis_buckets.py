"""Rate-limit buckets in Redis: one script, one round trip a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.redis import Client

# Lua's tostring() keeps 14 digits and microseconds have 16: hence %.0f
_POUR = """
local now, capacity, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local empty_at = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or now), now), now + capacity)
local fits = empty_at + amount - now <= capacity
if fits then empty_at = empty_at + amount end
local life = math.max(1, math.ceil((empty_at - now) / 1000))
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', life)
return {fits and 1 or 0, string.format('%.0f', empty_at)}
"""


class RedisBuckets:
    """`Buckets` over one client; raises what the client raises."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._namespace = namespace
        self._pour = client.register_script(_POUR)

    def pour(self, key: str, now: int, capacity: int, amount: int) -> tuple[bool, int]:
        """Pour into a bucket; the caller's clock counts, so processes should agree on the time."""
        fits, empty_at = self._pour(keys=[f"{self._namespace}:limit:{key}"], args=[now, capacity, amount])
        return bool(fits), int(empty_at)

"""Buffered counters in Redis: one hash of sums, one of the batch being written.

All keys of a set share a cluster slot: `<ns>:sums{c:<name>}`, `…:batch{…}`,
`…:batch-id{…}`, `…:draining{…}` (the lease of the process that writes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.cache.store import draw

if TYPE_CHECKING:
    from kernel.redis import Client

_TAKE = """
local sums, batch, id, draining = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('EXISTS', draining) == 1 then return nil end
if redis.call('EXISTS', batch) == 0 then
    if redis.call('EXISTS', sums) == 0 then return nil end
    redis.call('RENAME', sums, batch)
    redis.call('SET', id, ARGV[1])
end
redis.call('SET', draining, 1, 'PX', ARGV[2])
return {redis.call('GET', id), redis.call('HGETALL', batch)}
"""
_SETTLE = """
if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[2], KEYS[3], KEYS[4]) end
"""
_ABANDON = """
if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
"""


class RedisCounters:
    """A `CounterStore` over one client; raises what the client raises."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client, self._namespace = client, namespace
        self._take, self._settle, self._abandon = map(client.register_script, (_TAKE, _SETTLE, _ABANDON))

    def add(self, name: str, field: str, n: int) -> int:
        """Add to a field."""
        return int(self._client.hincrby(self._keys(name)[0], field, n))

    def pending(self, name: str) -> dict[str, int]:
        """Return the sums since the last drain."""
        return _sums(self._client.hgetall(self._keys(name)[0]).items())

    def take(self, name: str, lease: float, now: float) -> tuple[str, dict[str, int]] | None:  # noqa: ARG002
        """Start or take over a batch."""
        taken = self._take(keys=self._keys(name), args=[draw(), round(lease * 1000)])
        if taken is None:
            return None
        batch, flat = taken
        return batch.decode(), _sums(zip(flat[::2], flat[1::2], strict=True))

    def settle(self, name: str, batch: str) -> None:
        """Forget a written batch."""
        self._settle(keys=self._keys(name), args=[batch])

    def abandon(self, name: str, batch: str) -> None:
        """Let the next drain repeat a batch."""
        self._abandon(keys=self._keys(name), args=[batch])

    def _keys(self, name: str) -> list[str]:
        return [f"{self._namespace}:{part}{{c:{name}}}" for part in ("sums", "batch", "batch-id", "draining")]


def _sums(pairs: Any) -> dict[str, int]:
    return {field.decode(): int(n) for field, n in pairs}

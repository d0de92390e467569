"""Entries in Redis, shared by all processes.

Keys: `<ns>:value{k:<key>}` and `<ns>:lease{k:<key>}` share a cluster slot by
their hash tag; `<ns>:tag:<tag>` holds a tag's version. Several keys go to a
cluster in one pipeline, which may cross slots as MGET may not; several keys
change together only inside one slot, in a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.cache.entry import EPOCH, TIMES, Entry, decode, encode_times
from kernel.cache.store import Look, Versions, draw

if TYPE_CHECKING:
    from kernel.redis import Client

_TAG_LIFE = 30 * 86_400  # seconds; a version that expires only loses entries
_SCAN_STEP = 500

_PUT_LEASED = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
"""
_LEASE = """
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 17) == string.sub(ARGV[1], 17) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
# The same where all keys are of one server: what is there now comes with the answer.
_CLAIM = _LEASE.replace("return 0", "return {}").replace(
    "return 1", "return redis.call('MGET', unpack(KEYS, 2))"
)
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_PROLONG = f"""
local entry = redis.call('GET', KEYS[1])
if not entry then return 0 end
entry = string.sub(entry, 1, {TIMES.start}) .. ARGV[1] .. string.sub(entry, {TIMES.stop + 1})
redis.call('SET', KEYS[1], entry, 'PX', ARGV[2])
return 1
"""


class RedisStore:
    """A `Store` over one client; raises what the client raises."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client, self._namespace = client, namespace
        self._one_server = not hasattr(client, "nodes_manager")
        self._put_leased = client.register_script(_PUT_LEASED)
        self._lease = client.register_script(_LEASE)
        self._claim = client.register_script(_CLAIM)
        self._release = client.register_script(_RELEASE)
        self._prolong = client.register_script(_PROLONG)

    def fetch(self, keys: Sequence[str]) -> tuple[list[Entry | None], Versions]:
        """Return entries, then the versions of the tags they turn out to have."""
        epoch, *stored = self._read([self._tag(EPOCH), *map(self._value, keys)])
        entries = [decode(one) for one in stored]
        tags = sorted({tag for entry in entries if entry for tag in entry.versions} - {EPOCH})
        found = self._read(list(map(self._tag, tags))) if tags else []
        return entries, {
            tag: version.decode()
            for tag, version in zip((EPOCH, *tags), (epoch, *found), strict=True)
            if version
        }

    def look(self, key: str, tags: Sequence[str]) -> Look:
        """Return the entry, the lease and the versions in one round trip; two when a version is drawn."""
        return self._seen((EPOCH, *tags), self._read(self._looked_at(key, tags)))

    def _looked_at(self, key: str, tags: Sequence[str]) -> list[str]:
        return [*map(self._tag, (EPOCH, *tags)), self._value(key), self._leased(key)]

    def _seen(self, names: Sequence[str], found: Sequence[bytes | None]) -> Look:
        *versions, stored, lease = found
        return Look(decode(stored), self._drawn(names, versions), lease.decode() if lease else None)

    def versions(self, tags: Sequence[str]) -> Versions:
        """Return the versions of the epoch and of `tags`."""
        names = (EPOCH, *tags)
        return self._drawn(names, self._read(list(map(self._tag, names))))

    def put(self, entries: Mapping[str, Entry], now: float) -> None:
        """Store entries and end their leases."""
        commands: list[tuple[Any, ...]] = []
        for key, entry in entries.items():
            commands.append(("DEL", self._leased(key)))
            commands.append(("SET", self._value(key), entry.encode(), "PX", _life(entry.expires_at, now)))
        self._piped(*commands)

    def put_leased(self, key: str, entry: Entry, lease: str, now: float) -> bool:
        """Store an entry while the lease stands."""
        keys = [self._value(key), self._leased(key)]
        return bool(self._put_leased(keys=keys, args=[lease, entry.encode(), _life(entry.expires_at, now)]))

    def claim(
        self,
        key: str,
        tags: Sequence[str],
        lease: str,
        seconds: float,
        now: float,  # noqa: ARG002 - memory's
    ) -> Look | None:
        """Take the lease and look, unless someone computes the same; in one round trip but on a cluster."""
        args = [lease, _life(seconds, 0)]
        if not self._one_server:
            return self.look(key, tags) if self._lease(keys=[self._leased(key)], args=args) else None
        found = self._claim(keys=[self._leased(key), *self._looked_at(key, tags)], args=args)
        return self._seen((EPOCH, *tags), found) if found else None

    def release(self, key: str, lease: str) -> None:
        """End the lease if it still stands."""
        self._release(keys=[self._leased(key)], args=[lease])

    def remove(self, keys: Sequence[str]) -> int:
        """Remove entries and leases; the lease first, so that nothing is stored in between."""
        commands = [("UNLINK", name(key)) for key in keys for name in (self._leased, self._value)]
        return sum(self._piped(*commands)[1::2])

    def prolong(self, key: str, expires_at: float, now: float) -> bool:
        """Set when an entry expires."""
        args = [encode_times(expires_at, expires_at), _life(expires_at, now)]
        return bool(self._prolong(keys=[self._value(key)], args=args))

    def invalidate(self, tags: Iterable[str]) -> None:
        """Draw new versions in one round trip."""
        self._piped(*(("SET", self._tag(tag), draw(), *self._life_of(tag)) for tag in tags))

    def remove_matching(self, pattern: str) -> int:
        """Remove entries and leases whose key matches; SCAN, so other commands run in between."""
        escaped = re.sub(r"([\[\]\\])", r"\\\1", pattern)
        self._swept(self._leased(escaped))  # first, so that nothing is stored in between
        return self._swept(self._value(escaped))

    def _swept(self, pattern: str) -> int:
        found = list(self._client.scan_iter(match=pattern, count=_SCAN_STEP))
        steps = (found[start : start + _SCAN_STEP] for start in range(0, len(found), _SCAN_STEP))
        return sum(sum(self._piped(*(("UNLINK", key) for key in step))) for step in steps)

    def _drawn(self, tags: Sequence[str], found: Sequence[bytes | None]) -> Versions:
        versions = {tag: version.decode() for tag, version in zip(tags, found, strict=True) if version}
        missing = [tag for tag in tags if tag not in versions]
        if missing:
            drawing = (("SET", self._tag(tag), draw(), *self._life_of(tag), "NX") for tag in missing)
            drawn = self._piped(*drawing, *(("GET", self._tag(tag)) for tag in missing))[len(missing) :]
            versions |= {
                tag: version.decode() for tag, version in zip(missing, drawn, strict=True) if version
            }
        return {tag: versions.get(tag) or draw() for tag in tags}  # evicted at once: no entry will stand

    def _read(self, names: list[str]) -> list[bytes | None]:
        """Return values in one round trip."""
        if self._one_server:  # PERF: a third of what as many GETs in a pipeline cost in the client
            values: list[bytes | None] = self._client.mget(names)
            return values
        return self._piped(*(("GET", name) for name in names))

    def _piped(self, *commands: tuple[Any, ...]) -> list[Any]:
        with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            results: list[Any] = pipe.execute()
            return results

    def _value(self, key: str) -> str:
        return f"{self._namespace}:value{{k:{key}}}"

    def _leased(self, key: str) -> str:
        return f"{self._namespace}:lease{{k:{key}}}"

    def _tag(self, tag: str) -> str:
        return f"{self._namespace}:tag:{tag}"

    @staticmethod
    def _life_of(tag: str) -> tuple[Any, ...]:
        return () if tag == EPOCH else ("EX", _TAG_LIFE)


def _life(expires_at: float, now: float) -> int:
    """Return the milliseconds left, at least one: Redis only collects what the entry's own time ended."""
    return max(1, round((expires_at - now) * 1000))

"""The port between the cache and where entries live: memory, Redis, or both.

Correctness rests on two random tokens, never on comparing times:

* a **tag version** is drawn when a tag is first used and again when it is
  invalidated. An entry remembers the versions read *before* its value was
  computed and counts only while all of them still stand, so nothing computed
  before an invalidation is ever served after it. A version that was evicted is
  drawn anew: that too only loses entries.
* a **lease** lets one caller compute a key (Nishtala et al., "Scaling Memcache
  at Facebook", NSDI 2013). The value is stored only while the lease stands, and
  a delete or a plain set takes the lease away.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from kernel.cache.entry import Entry

Versions = Mapping[str, str]
"""Tag versions as read at one moment; includes the epoch."""


def draw() -> str:
    """Return a token nobody else draws."""
    return secrets.token_hex(8)


def lease_token(versions: Versions) -> str:
    """Return a fresh lease; its last 16 characters tell which tag versions it computes for."""
    digest = blake2b("\0".join(versions[tag] for tag in sorted(versions)).encode(), digest_size=8)
    return draw() + digest.hexdigest()


def same_work(lease: str, other: str) -> bool:
    """Tell whether two leases compute one value: those before and after an invalidation do not."""
    return lease[16:] == other[16:]


@dataclass(slots=True)
class Look:
    """One glance at a key: the entry (validity unchecked), its tags' versions, who computes it."""

    entry: Entry | None
    versions: Versions
    lease: str | None


def stands(entry: Entry, versions: Versions) -> bool:
    """Tell whether no tag of the entry was invalidated since its value was computed."""
    return all(versions.get(tag) == version for tag, version in entry.versions.items())


def valid(look: Look, now: float) -> Entry | None:
    """Return the entry if it may still be shown, fresh or stale."""
    entry = look.entry
    return entry if entry and now < entry.expires_at and stands(entry, look.versions) else None


class Store(Protocol):
    """Where entries, tag versions and leases live; keys and tags are plain strings."""

    def fetch(self, keys: Sequence[str]) -> tuple[list[Entry | None], Versions]:
        """Return each key's entry and the present versions of all their tags."""
        ...

    def look(self, key: str, tags: Sequence[str]) -> Look:
        """Return the key's entry and lease, and the versions of `tags`, drawing missing ones."""
        ...

    def versions(self, tags: Sequence[str]) -> Versions:
        """Return the versions of the epoch and of `tags`, drawing missing ones."""
        ...

    def put(self, entries: Mapping[str, Entry], now: float) -> None:
        """Store entries, taking away the leases of whoever computes them."""
        ...

    def put_leased(self, key: str, entry: Entry, lease: str, now: float) -> bool:
        """Store an entry and end the lease; do neither unless the lease still stands."""
        ...

    def claim(self, key: str, tags: Sequence[str], lease: str, seconds: float, now: float) -> Look | None:
        """Become the one who computes, and look again; None while another computes the same."""
        ...

    def release(self, key: str, lease: str) -> None:
        """End a lease, if it still stands, without storing."""
        ...

    def remove(self, keys: Sequence[str]) -> int:
        """Remove entries and leases; return how many entries there were."""
        ...

    def prolong(self, key: str, expires_at: float, now: float) -> bool:
        """Set when an entry expires; False when there is none."""
        ...

    def invalidate(self, tags: Iterable[str]) -> None:
        """Draw new versions for tags."""
        ...

    def remove_matching(self, pattern: str) -> int:
        """Remove entries and leases whose key matches; `*` and `?` are the wildcards."""
        ...

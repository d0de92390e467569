"""Entries in this process: least recently used out first, bounded by bytes and by number."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from kernel.cache.entry import EPOCH, Entry
from kernel.cache.store import Look, Versions, draw, same_work
from kernel.locks import brief_lock


class MemoryStore:
    """A `Store` in memory; safe under threads and greenlets, invisible to other processes."""

    def __init__(self, max_bytes: int, max_entries: int) -> None:
        """Hold at most `max_bytes` (about) and `max_entries`; as many tags as entries."""
        self._max_bytes, self._max_entries = max_bytes, max_entries
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._versions: OrderedDict[str, str] = OrderedDict()
        self._epoch = draw()
        self._leases: dict[str, tuple[str, float]] = {}
        self._bytes = 0
        self._lock = brief_lock()

    @property
    def entries(self) -> int:
        """The number of entries held, valid or not."""
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """About how many bytes they take."""
        return self._bytes

    def fetch(self, keys: Sequence[str]) -> tuple[list[Entry | None], Versions]:
        """Return entries and the versions of their tags; a missing version is left out."""
        with self._lock:
            found = [self._touched(key) for key in keys]
            versions = {EPOCH: self._epoch}
            for entry in found:
                for tag in entry.versions if entry else ():
                    if tag in self._versions:
                        versions[tag] = self._versions[tag]
            return found, versions

    def look(self, key: str, tags: Sequence[str]) -> Look:
        """Return the entry, the lease and the versions of `tags`."""
        with self._lock:
            leased = self._leases.get(key)
            return Look(self._touched(key), self._drawn(tags), leased[0] if leased else None)

    def versions(self, tags: Sequence[str]) -> Versions:
        """Return the versions of the epoch and of `tags`."""
        with self._lock:
            return self._drawn(tags)

    def put(self, entries: Mapping[str, Entry], now: float) -> None:  # noqa: ARG002 - Redis needs it
        """Store entries and end their leases."""
        with self._lock:
            for key, entry in entries.items():
                self._leases.pop(key, None)
                self._keep(key, entry)

    def put_leased(self, key: str, entry: Entry, lease: str, now: float) -> bool:
        """Store an entry while the lease stands."""
        with self._lock:
            held = self._leases.get(key)
            if held is None or held[0] != lease or held[1] <= now:
                return False
            del self._leases[key]
            self._keep(key, entry)
            return True

    def claim(self, key: str, tags: Sequence[str], lease: str, seconds: float, now: float) -> Look | None:
        """Take the lease and look, unless someone computes the same."""
        with self._lock:
            held = self._leases.get(key)
            if held and held[1] > now and same_work(held[0], lease):
                return None
            self._leases[key] = (lease, now + seconds)
            return Look(self._touched(key), self._drawn(tags), lease)

    def release(self, key: str, lease: str) -> None:
        """End the lease if it still stands."""
        with self._lock:
            if self._leases.get(key, ("",))[0] == lease:
                del self._leases[key]

    def remove(self, keys: Sequence[str]) -> int:
        """Remove entries and leases."""
        with self._lock:
            return sum(self._dropped(key) for key in keys)

    def prolong(self, key: str, expires_at: float, now: float) -> bool:  # noqa: ARG002 - Redis needs it
        """Set when an entry expires."""
        with self._lock:
            entry = self._entries.get(key)
            if entry:
                entry.fresh_until = entry.expires_at = expires_at
            return entry is not None

    def invalidate(self, tags: Iterable[str]) -> None:
        """Forget the versions: the next user draws new ones. The epoch frees all memory at once."""
        with self._lock:
            for tag in tags:
                if tag == EPOCH:
                    self._empty()
                else:
                    self._versions.pop(tag, None)

    def remove_matching(self, pattern: str) -> int:
        """Remove entries and leases whose key matches."""
        match = glob(pattern).fullmatch
        with self._lock:
            keys = {key for key in (*self._entries, *self._leases) if match(key)}
            return sum(self._dropped(key) for key in keys)

    def _touched(self, key: str) -> Entry | None:
        entry = self._entries.get(key)
        if entry:
            self._entries.move_to_end(key)
        return entry

    def _drawn(self, tags: Sequence[str]) -> Versions:
        versions = {EPOCH: self._epoch}
        for tag in tags:
            if tag not in self._versions:
                self._versions[tag] = draw()
            self._versions.move_to_end(tag)
            versions[tag] = self._versions[tag]
        while len(self._versions) > self._max_entries + len(tags):
            self._versions.popitem(last=False)
        return versions

    def _keep(self, key: str, entry: Entry) -> None:
        self._dropped(key)
        size = entry.size(key)
        if size > self._max_bytes:
            return  # PERF: one giant would push everything else out
        self._entries[key] = entry
        self._bytes += size
        while self._bytes > self._max_bytes or len(self._entries) > self._max_entries:
            oldest, evicted = self._entries.popitem(last=False)
            self._bytes -= evicted.size(oldest)

    def _dropped(self, key: str) -> bool:
        self._leases.pop(key, None)
        entry = self._entries.pop(key, None)
        if entry:
            self._bytes -= entry.size(key)
        return entry is not None

    def _empty(self) -> None:
        self._epoch, self._bytes = draw(), 0
        self._entries.clear()
        self._versions.clear()
        self._leases.clear()


def glob(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern in which only `*` and `?` are wildcards."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)

"""Callers recognised lately, by the credential they sent.

A bounded LRU. An entry ends with its token, at the latest after
`principal_ttl`; a change of the account drops it at once. What was read from
the database before a change is never stored after it: a reader takes `generation`
first, and `put` refuses when it has moved on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.auth.principals import Principal
from kernel.locks import brief_lock


@dataclass(frozen=True, slots=True)
class Entry:
    """A recognised caller and until when that holds."""

    principal: Principal
    until: datetime


class PrincipalCache:
    """Principals by credential, dropped by account."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._keys_of: dict[UUID | None, set[Hashable]] = {}
        self._lock = brief_lock()
        self.generation = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable, now: datetime) -> Principal | None:
        """Return the caller, unless the entry has ended."""
        entry = self._entries.get(key)
        if entry is None or entry.until <= now:
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:  # dropped this moment by another thread: so it must not be used
            return None
        return entry.principal

    def put(self, key: Hashable, entry: Entry, generation: int) -> None:
        """Keep the caller, unless something changed since `generation` was read."""
        with self._lock:
            if generation != self.generation:
                return
            self._entries[key] = entry
            self._entries.move_to_end(key)
            self._keys_of.setdefault(entry.principal.id, set()).add(key)
            while len(self._entries) > self._size:
                self._unlink(*self._entries.popitem(last=False))

    def drop(self, account_id: UUID) -> None:
        """Forget every credential of an account."""
        with self._lock:
            self.generation += 1
            for key in self._keys_of.pop(account_id, ()):
                self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self.generation += 1
            self._entries.clear()
            self._keys_of.clear()

    def _unlink(self, key: Hashable, entry: Entry) -> None:
        keys = self._keys_of.get(entry.principal.id)
        if keys is not None:
            keys.discard(key)
            if not keys:
                del self._keys_of[entry.principal.id]

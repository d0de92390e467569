"""Buffered counters: many small additions now, one write to the database later.

    app.cache.counters.add("notes:views", str(note_id))
    ...
    app.cache.counters.drain("notes:views", store_views)   # every few seconds, by a schedule

`drain` hands a batch and its id to a function that writes it to the database.
Only when that returned is the batch forgotten; a process that dies in between
leaves the batch to the next drain, under the same id. Recording the id in the
transaction of the write makes it exact.

What can be lost: in memory, what was not drained when the process dies. In
Redis, what Redis itself loses (all of it without persistence; up to a second
with `appendonly yes`). While Redis is away additions stay in the process's
memory and move to Redis when it is back. An addition whose answer is lost with
the connection is counted again: at most one a caller and outage too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from kernel.cache.store import draw

if TYPE_CHECKING:
    from kernel.clock import Clock

BATCH_LEASE = 60.0
"""Seconds a drain may take before another process may repeat its batch."""

Apply = Callable[[str, Mapping[str, int]], None]
"""Writes a batch: its id and the sum per field. Raising keeps the batch."""


class CounterStore(Protocol):
    """Where sums and the batch under way live."""

    def add(self, name: str, field: str, n: int) -> int:
        """Add to a field; return its sum since the last drain."""
        ...

    def pending(self, name: str) -> dict[str, int]:
        """Return the sums since the last drain."""
        ...

    def take(self, name: str, lease: float, now: float) -> tuple[str, dict[str, int]] | None:
        """Start a batch of all sums, or take over an abandoned one; None when empty or another drains."""
        ...

    def settle(self, name: str, batch: str) -> None:
        """Forget a batch that was written."""
        ...

    def abandon(self, name: str, batch: str) -> None:
        """Let the next drain repeat a batch at once."""
        ...


class Counters:
    """Named sets of counters, each field a whole number."""

    def __init__(self, store: CounterStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def add(self, name: str, field: str, n: int = 1) -> int:
        """Add `n` (negative takes away) to a field; return its sum since the last drain."""
        return self._store.add(name, field, n)

    def pending(self, name: str) -> dict[str, int]:
        """Return the sums that await the next drain."""
        return self._store.pending(name)

    def drain(self, name: str, apply: Apply) -> dict[str, int]:
        """Hand all sums to `apply(batch_id, sums)` and return them; empty when another is draining.

        Raises what `apply` raises; the same batch then comes again, same id.
        """
        taken = self._store.take(name, BATCH_LEASE, self._clock.now().timestamp())
        if taken is None:
            return {}
        batch, sums = taken
        try:
            apply(batch, sums)
        except BaseException:
            self._store.abandon(name, batch)
            raise
        self._store.settle(name, batch)
        return sums


@dataclass(slots=True)
class _Set:
    """One named set in memory."""

    sums: Counter[str] = field(default_factory=Counter)
    batch: tuple[str, dict[str, int]] | None = None
    leased_until: float = 0.0


class MemoryCounters:
    """Counters of this process."""

    def __init__(self) -> None:
        self._sets: dict[str, _Set] = {}
        self._lock = Lock()

    def add(self, name: str, field: str, n: int) -> int:
        """Add to a field."""
        with self._lock:
            sums = self._sets.setdefault(name, _Set()).sums
            sums[field] += n
            return sums[field]

    def pending(self, name: str) -> dict[str, int]:
        """Return the sums since the last drain."""
        with self._lock:
            return dict(self._sets[name].sums) if name in self._sets else {}

    def take(self, name: str, lease: float, now: float) -> tuple[str, dict[str, int]] | None:
        """Start or take over a batch."""
        with self._lock:
            held = self._sets.get(name)
            if held is None or (held.batch and held.leased_until > now):
                return None
            if held.batch is None:
                if not held.sums:
                    return None
                held.batch, held.sums = (draw(), dict(held.sums)), Counter()
            held.leased_until = now + lease
            return held.batch

    def settle(self, name: str, batch: str) -> None:
        """Forget a written batch."""
        with self._lock:
            held = self._sets.get(name)
            if held and held.batch and held.batch[0] == batch:
                held.batch = None

    def abandon(self, name: str, batch: str) -> None:
        """Let the next drain repeat a batch."""
        with self._lock:
            held = self._sets.get(name)
            if held and held.batch and held.batch[0] == batch:
                held.leased_until = 0.0

    def move_to(self, add: Callable[[str, str, int], int]) -> None:
        """Hand over every sum that is in no batch; a sum goes only when `add` returned."""
        with self._lock:
            for name, held in self._sets.items():
                for field_name in list(held.sums):
                    add(name, field_name, held.sums[field_name])
                    del held.sums[field_name]

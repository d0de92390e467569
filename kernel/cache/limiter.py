"""Rate limits: a leaky bucket per key, in memory or shared through Redis.

The generic cell rate algorithm (GCRA; ITU-T I.371, "virtual scheduling"): a key
stores one number, the theoretical arrival time at which its bucket has drained.
Nothing ticks and nothing is counted per window, so there is no burst of twice
the limit at a window's edge. Times are microseconds of the application's clock.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kernel.locks import brief_lock

if TYPE_CHECKING:
    from kernel.clock import Clock

_MICROSECONDS = 1_000_000


class Decision(NamedTuple):
    """The answer: may it pass, how many more may, and when.

    `retry_after` is the whole seconds until the same cost passes (0 when it was
    allowed), `reset` until the bucket is empty; both rounded up.
    """

    allowed: bool
    remaining: int
    retry_after: int
    reset: int


class Buckets(Protocol):
    """Where theoretical arrival times live."""

    def pour(self, key: str, now: int, capacity: int, amount: int) -> tuple[bool, int]:
        """Pour `amount` µs into a bucket of `capacity` µs; return whether it fitted, and when it is empty.

        A negative amount (a refund) takes out, never below empty, and always fits.
        """
        ...


class Limiter:
    """Decides whether a caller may go on."""

    def __init__(self, buckets: Buckets, clock: Clock) -> None:
        self._buckets, self._clock = buckets, clock

    def hit(self, key: str, count: int, per: float, cost: int = 1) -> Decision:
        """Take `cost` of the `count` that `key` has per `per` seconds, all at once or evenly.

        A refused hit costs nothing. Raises ValueError for a cost that could
        never pass, and for limits that are not positive.
        """
        if not 0 < cost <= count or per <= 0:
            raise ValueError(f"a cost of {cost} can never pass a limit of {count} per {per:g} s")
        capacity = round(per * _MICROSECONDS)
        interval = capacity / count
        now = round(self._clock.now().timestamp() * _MICROSECONDS)
        allowed, empty_at = self._buckets.pour(key, now, capacity, round(interval * cost))
        level = empty_at - now
        over = 0 if allowed else level + round(interval * cost) - capacity
        remaining = max(0, int((capacity - level + 1) // interval))
        return Decision(allowed, remaining, math.ceil(over / _MICROSECONDS), math.ceil(level / _MICROSECONDS))

    def refund(self, key: str, count: int, per: float, cost: int = 1) -> None:
        """Give back what a `hit` with the same arguments took: it turned out not to count."""
        capacity = round(per * _MICROSECONDS)
        now = round(self._clock.now().timestamp() * _MICROSECONDS)
        self._buckets.pour(key, now, capacity, -round(capacity / count * cost))

    def clear(self) -> None:
        """Empty the buckets in this process's memory (for tests); those in Redis stay."""
        if isinstance(self._buckets, MemoryBuckets):
            self._buckets.clear()


class MemoryBuckets:
    """Buckets of this process; an empty bucket and no bucket are the same, so those go first."""

    def __init__(self, max_keys: int) -> None:
        """Keep at most `max_keys` buckets; the longest unused goes first."""
        self._empty_at: OrderedDict[str, int] = OrderedDict()
        self._max_keys = max_keys
        self._lock = brief_lock()

    def clear(self) -> None:
        """Empty every bucket."""
        with self._lock:
            self._empty_at.clear()

    def pour(self, key: str, now: int, capacity: int, amount: int) -> tuple[bool, int]:
        """Pour into a bucket."""
        with self._lock:
            # a clock that was set back must not lock a caller out for the difference
            empty_at = min(max(self._empty_at.get(key, now), now), now + capacity)
            fits = empty_at + amount - now <= capacity
            self._empty_at[key] = empty_at = empty_at + amount if fits else empty_at
            self._empty_at.move_to_end(key)
            if len(self._empty_at) > self._max_keys:
                self._empty_at.popitem(last=False)
            return fits, empty_at

"""The cache plugins use: `app.cache`.

Values are bytes or anything JSON holds; what is read is always what JSON makes
of it (a tuple comes back a list), on a hit as on a miss. Keys are text, best
`<plugin>:<what>:<id>`: the part before the first colon labels the hit rate.
The cache may forget anything at any time; nothing may exist only in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel import context
from kernel.cache.computation import Computation, Recipe
from kernel.cache.entry import EPOCH, entry_of
from kernel.cache.flight import Flight, Flights
from kernel.cache.store import Store, Versions, stands, valid

if TYPE_CHECKING:
    from kernel.cache.counters import Counters
    from kernel.cache.settings import CacheSettings
    from kernel.clock import Clock

LONGEST_KEY = 1024

Observer = Callable[[str, bool], None]
"""Told of every read: the key and whether it was a hit."""


class Cache:
    """Get, set and compute once; invalidate by key, tag or pattern."""

    def __init__(
        self,
        store: Store,
        counters: Counters,
        settings: CacheSettings,
        clock: Clock,
        observe: Observer = lambda key, hit: None,  # noqa: ARG005 - the shape of an observer
    ) -> None:
        self.counters = counters
        self._store, self._settings, self._clock, self._observe = store, settings, clock, observe
        self._flights = Flights()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, or `default` when there is none that is fresh."""
        return self.mget([key]).get(key, default)

    def mget(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the values there are, by key, in one round trip (two when they have tags)."""
        found, versions = self._store.fetch([_checked(key) for key in keys])
        now, values = self._now(), {}
        for key, entry in zip(keys, found, strict=True):
            hit = entry is not None and now < entry.fresh_until and stands(entry, versions)
            self._observe(key, hit)
            if hit and entry:
                values[key] = entry.value
        return values

    def set(
        self,
        key: str,
        value: Any,
        ttl: float | None = None,
        tags: Sequence[str] = (),
        *,
        seen: Versions | None = None,
    ) -> None:
        """Store a value for `ttl` seconds (default `[cache] default_ttl`); see `mset`."""
        self.mset({key: value}, ttl, tags, seen=seen)

    def mset(
        self,
        values: Mapping[str, Any],
        ttl: float | None = None,
        tags: Sequence[str] = (),
        *,
        seen: Versions | None = None,
    ) -> None:
        """Store several values under the same tags.

        A value computed from data that may have changed meanwhile needs `seen`:
        take `versions(tags)` before reading the data, and it is never served
        once a tag was invalidated after that. `get_or_set` does so by itself.
        """
        versions = self._store.versions(tags) if seen is None else _only(seen, tags)
        now = self._now()
        lives = self._settings.default_ttl if ttl is None else ttl
        entries = {_checked(key): entry_of(value, now + lives, 0, versions) for key, value in values.items()}
        self._store.put(entries, now)

    def versions(self, tags: Sequence[str]) -> Versions:
        """Return the tags' versions now, for a later `set(…, seen=…)`."""
        return self._store.versions(tags)

    def get_or_set(
        self,
        key: str,
        make: Callable[[], Any],
        ttl: float | None = None,
        tags: Sequence[str] = (),
        *,
        stale: float = 0,
    ) -> Any:
        """Return the value, computed by one caller at a time across all processes.

        The others wait up to `[cache] wait` seconds for it, then compute for
        themselves without storing. For `stale` seconds after `ttl`, one caller
        computes anew while the others get the old value at once (never across
        an invalidation). An exception of `make` reaches all who wait; nothing
        is stored then.
        """
        look = self._store.look(_checked(key), tags)
        now = self._now()
        entry = valid(look, now)
        fresh = entry is not None and now < entry.fresh_until
        self._observe(key, fresh)
        if entry and fresh:
            return entry.value
        if context.lagging.get():
            make = _whole(make)
        flight, leads = self._flights.board(key, look)
        if leads:
            recipe = Recipe(key, make, self._settings.default_ttl if ttl is None else ttl, tags, stale)
            return self._flights.lead(
                Computation(self._store, self._settings, self._now, recipe, flight), entry
            )
        return entry.value if entry else self._follow(flight, make)

    def delete(self, *keys: str) -> int:
        """Remove values; return how many there were. A computation under way is not stored."""
        return self._store.remove([_checked(key) for key in keys])

    def ttl(self, key: str) -> float | None:
        """Return the seconds a value has left; None when there is none."""
        (entry,), versions = self._store.fetch([_checked(key)])
        left = entry.fresh_until - self._now() if entry and stands(entry, versions) else 0
        return left if left > 0 else None

    def expire(self, key: str, ttl: float) -> bool:
        """Give a value `ttl` seconds from now; False when there is none."""
        now = self._now()
        return self.ttl(key) is not None and self._store.prolong(key, now + ttl, now)

    def invalidate_tag(self, tag: str) -> None:
        """Make every value with this tag unseen, also one being computed now."""
        self.invalidate_tags([tag])

    def invalidate_tags(self, tags: Iterable[str]) -> None:
        """Make every value with any of these tags unseen, in one round trip."""
        self._store.invalidate([_tag(tag) for tag in tags])

    def invalidate_pattern(self, pattern: str) -> int:
        """Remove the values whose key matches (`*` any run, `?` any one character); return how many.

        Reads all keys in steps: for operators and rare events. Tags cost nothing.
        """
        return self._store.remove_matching(pattern)

    def clear(self) -> None:
        """Make every value unseen, in all processes, at once."""
        self._store.invalidate([EPOCH])

    def _follow(self, flight: Flight, make: Callable[[], Any]) -> Any:
        flight.done.wait(self._settings.wait)
        if flight.error:
            raise flight.error
        return flight.value if flight.landed else make()

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _whole(make: Callable[[], Any]) -> Callable[[], Any]:
    """Return `make` reading nothing that lags: what is kept is told to others, until it is invalidated."""

    def made() -> Any:
        token = context.lagging.set(False)
        try:
            return make()
        finally:
            context.lagging.reset(token)

    return made


def _only(seen: Versions, tags: Sequence[str]) -> Versions:
    """Return the versions of the tags named, refusing a tag that was not looked at."""
    missing = [tag for tag in tags if tag not in seen]
    if missing:
        raise ValueError(f"seen lacks the tags {', '.join(missing)}: take versions() of all the tags you set")
    return {tag: seen[tag] for tag in (EPOCH, *tags)}


def _tag(tag: str) -> str:
    if not isinstance(tag, str) or not tag:
        raise ValueError(f"a tag is a non-empty text, not {tag!r}")
    return tag


def _checked(key: str) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a cache key is a text of 1 to {LONGEST_KEY} characters, not {key!r:.60}")
    return key

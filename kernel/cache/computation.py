"""What the leader of a flight does: take the lease, compute, store; or wait for another process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel.cache.entry import Entry, entry_of
from kernel.cache.flight import Flight
from kernel.cache.store import Look, Store, valid

if TYPE_CHECKING:
    from kernel.cache.settings import CacheSettings

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1  # seconds between looks at what another process computes


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a value is made and how long it lives; `ttl` and `stale` in seconds."""

    key: str
    make: Callable[[], Any]
    ttl: float
    tags: Sequence[str]
    stale: float


class Computation:
    """One value computed at most once at a time, whoever else asks for it."""

    def __init__(
        self, store: Store, settings: CacheSettings, now: Callable[[], float], recipe: Recipe, flight: Flight
    ) -> None:
        self.flight = flight
        self._store, self._settings, self._now, self._recipe = store, settings, now, recipe

    @property
    def key(self) -> str:
        """The key it computes."""
        return self._recipe.key

    def run(self, old: Entry | None) -> Any:
        """Return the value: computed here, or by the process that holds the lease; else `old`."""
        deadline, pause = time.monotonic() + self._settings.wait, _FIRST_PAUSE
        while (look := self._claimed()) is None:
            if old:
                return old.value
            if time.monotonic() >= deadline:
                return entry_of(self._recipe.make(), 0, 0, {}).value
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            entry = self._present(self._store.look(self.key, self._recipe.tags))
            if entry:
                return entry.value
        return self._computed(look)

    def _claimed(self) -> Look | None:
        """Take the lease; return what is there now that it is taken, None when another has it."""
        token, seconds = self.flight.token, self._settings.lease
        look = self._store.claim(self.key, self._recipe.tags, token, seconds, self._now())
        self.flight.leased = look is not None
        return look

    def _computed(self, look: Look) -> Any:
        """Compute under the lease, unless another stored the value just before it was taken."""
        stored = False
        try:
            present = self._present(look)
            if present:
                return present.value
            value = self._recipe.make()
            now = self._now()
            entry = entry_of(value, now + self._recipe.ttl, self._recipe.stale, look.versions)
            stored = self._store.put_leased(self.key, entry, self.flight.token, now)
            return entry.value
        finally:
            if not stored:
                self._store.release(self.key, self.flight.token)

    def _present(self, look: Look) -> Entry | None:
        now = self._now()
        entry = valid(look, now)
        return entry if entry and now < entry.fresh_until else None

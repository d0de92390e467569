"""Single flight within a process: who computes a key now, and who waits for it."""

from __future__ import annotations

from threading import Event, Lock
from typing import Any, Protocol

from kernel.cache.entry import Entry
from kernel.cache.store import Look, lease_token, same_work


class Flight:
    """One computation under way; its leader fills it in, followers wait for it."""

    __slots__ = ("done", "error", "landed", "leased", "token", "value")

    def __init__(self, token: str) -> None:
        self.token = token
        self.leased = False
        self.landed = False
        self.value: Any = None
        self.error: Exception | None = None
        self.done = Event()

    def carries(self, look: Look, token: str) -> bool:
        """Tell whether a caller who saw `look` may take this flight's value.

        Not when a tag was invalidated since it took off (other versions), nor
        when the key was deleted since (the lease is gone): that caller may know
        of a change this flight has not seen.
        """
        return same_work(self.token, token) and (not self.leased or look.lease == self.token)


class Leading(Protocol):
    """What a leader runs."""

    flight: Flight

    @property
    def key(self) -> str:
        """The key it computes."""
        ...

    def run(self, old: Entry | None) -> Any:
        """Return the value."""
        ...


class Flights:
    """The computations under way in this process."""

    def __init__(self) -> None:
        self._flying: dict[str, Flight] = {}
        self._lock = Lock()

    def board(self, key: str, look: Look) -> tuple[Flight, bool]:
        """Return the flight for a key, and whether the caller leads it."""
        token = lease_token(look.versions)
        with self._lock:
            flight = self._flying.get(key)
            if flight and flight.carries(look, token):
                return flight, False
            flight = self._flying[key] = Flight(token)
            return flight, True

    def lead(self, computation: Leading, old: Entry | None) -> Any:
        """Run a computation and give its outcome to the followers.

        A leader that is killed (its greenlet, its thread) lands nothing; the
        followers then compute for themselves.
        """
        flight = computation.flight
        try:
            flight.value = computation.run(old)
            flight.landed = True
        except Exception as ex:
            flight.error = ex
            raise
        finally:
            self._end(computation.key, flight)
        return flight.value

    def _end(self, key: str, flight: Flight) -> None:
        with self._lock:
            if self._flying.get(key) is flight:
                del self._flying[key]
        flight.done.set()
